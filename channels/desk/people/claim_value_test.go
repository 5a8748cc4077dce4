package people

import "testing"

// A number is taken as the pages show it, with its thousands set apart.
// Red by the old code: `"12,350": 新的内容没写对…`.
func TestANumberIsTakenAsItIsShown(t *testing.T) {
	for typed, want := range map[string]string{"12350": "12350", "12,350": "12350", " 1,012,350.5 ": "1012350.5", "12\uff0c350": "12350",
		"12,35": "", "1,2350": "", ",350": "", "0,350": "", "12,350,": "", "12.350": "", "012350": ""} {
		got, err := claim{}.value(typed)
		if string(got) != want || (err == nil) != (want != "") {
			t.Errorf("%q: %q, %v", typed, got, err)
		}
	}
}
