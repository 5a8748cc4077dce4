package wording

import (
	"strings"
	"testing"
)

// What is said about a card keeps the voice, and never shows a whole number.
func TestCardNoticesKeepTheVoice(t *testing.T) {
	t.Parallel()
	town := "德州运河经济技术开发区"
	for _, n := range []Notice{CardProposed("5317", "6664"), CardProposed("", "6664"), CardChanged("5317", "6664"), CardChanged("", "6664"),
		CardKept("5317", town), CardKept("", town)} {
		for _, fault := range Lint(n.Words) {
			t.Errorf("%s\n  in: %s", fault, n.Words)
		}
		if strings.Count(n.Words, Promise) != 1 || n.Kind != KindChanged || len(n.Fields) != 2 {
			t.Errorf("%+v", n)
		}
	}
}
