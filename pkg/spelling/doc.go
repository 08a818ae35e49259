// Package spelling compares words, so that an error about an unknown name can say which known one is nearest.
package spelling
