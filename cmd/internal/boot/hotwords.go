package boot

import (
	"lianou/core"
	"lianou/core/policy"
	"lianou/core/registry"
	"lianou/transcription"
)

// Hotwords are what callers ask for, as the Book names it, and where they live. The
// everyday names come first: an engine that reads only some reads those.
func Hotwords(book *policy.Book, places *registry.Regions) []transcription.Hotword {
	var list []transcription.Hotword
	seen := map[string]bool{"": true}
	add := func(text string, weight int) {
		if !seen[text] {
			seen[text] = true
			list = append(list, transcription.Hotword{Text: text, Weight: weight})
		}
	}
	for _, it := range book.Items {
		add(it.Everyday, 30)
	}
	for _, p := range places.Counties() {
		add(p.Name, 20)
	}
	for _, p := range places.Townships(core.DezhouCity) {
		add(p.Name, 20)
	}
	for _, it := range book.Items {
		add(it.Name, 10)
	}
	return list
}
