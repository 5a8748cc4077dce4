// Package layering holds the test that guards who may import whom. It has no
// code of its own, so that nothing can come to depend on it.
package layering
