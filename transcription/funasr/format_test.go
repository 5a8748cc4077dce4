package funasr

import "testing"

// What is no wav is named as the server's own clients name it, so that it decodes the
// file and does not take its head for samples.
//
// Control: formatOf that gives "wav" for all.
func TestFormatOfAFile(t *testing.T) {
	t.Parallel()
	for mime, want := range map[string]string{"audio/wav": "wav", "": "wav", "audio/amr": "others", "audio/speex": "others", "audio/mpeg": "others"} {
		if got := formatOf(mime); got != want {
			t.Errorf("%q is %s, want %s", mime, got, want)
		}
	}
}
