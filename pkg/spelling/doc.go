// Package spelling compares words, so that the error for an unknown name can suggest the nearest known one.
package spelling
