// Package papers holds the tests of the documents: links that lead somewhere, and
// nothing in the tree that speaks of how or where it was written; and of the script that
// sets a machine up. It has no code.
package papers
