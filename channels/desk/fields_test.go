package desk

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"
)

// clobbers are names of a form's own that the pages' scripts ask a form for: a field of that
// name stands in their place. htmx asks what is sent for its form: where a field has that
// name it takes the field, and sends nothing and says nothing (HTML, form elements are named
// properties of their form).
var clobbers = regexp.MustCompile(`name="(form|action|method|submit|elements|enctype|target|noValidate|closest|matches|dataset|querySelector|getAttribute|addEventListener|isConnected)"`)

// No field of the desk has the name of what a script asks its form for.
//
// Control: the choice between money and goods as it was, named "form": an emergency and every
// opinion on an item that may be either could not be sent from a browser at all.
func TestNoFieldStandsInItsFormsPlace(t *testing.T) {
	t.Parallel()
	pages, err := filepath.Glob("*/templates/*.html")
	if err != nil || len(pages) < 20 {
		t.Fatalf("%d pages, %v", len(pages), err)
	}
	own, err := filepath.Glob("templates/*.html")
	if err != nil || len(own) == 0 {
		t.Fatalf("%d pages of the shell, %v", len(own), err)
	}
	for _, page := range append(pages, own...) {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		for _, field := range clobbers.FindAllString(string(text), -1) {
			t.Errorf("%s has a field %s: a script that asks its form gets the field", page, field)
		}
	}
}
