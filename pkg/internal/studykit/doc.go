// Package studykit makes studies whose numbers can be checked by hand, without training anything, for tests of what shows them. Only tests import it.
package studykit
