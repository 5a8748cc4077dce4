package twins

import (
	"testing"

	pairs "lianou/core/registry/twins"
)

// TestAValueWithoutWords: a fact that this build has no words for is registered all the same,
// and the comparison does not say that it is not.
//
// Red: it says "没有登记".
func TestAValueWithoutWords(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]string{`"odd"`: "有登记,这里显示不了", "null": "没有登记"} {
		if got := (&Room{}).cell("facts/of_another_build", pairs.Told{Value: value}).Value; got != want {
			t.Errorf("%s: it says %q, want %q", value, got, want)
		}
	}
}
