// Package app is the door for people with a browser or the installable app: a
// JSON API described by OpenAPI 3.1 at /c/app/openapi.json, and plain web pages on
// the same forms that work without script.
//
// It must not keep a citizen's data in the browser beyond the form being filled,
// show anybody a case that is not theirs, or answer before the receipt.
package app
