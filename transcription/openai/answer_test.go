package openai

import (
	"errors"
	"strings"
	"testing"

	"lianou/transcription"
)

// No answer of any shape makes a segment outside the recording, or text that is not
// clean. Control: Check without clean.
func FuzzAnswer(f *testing.F) {
	f.Add([]byte(`{"text":"低保"}`))
	f.Add([]byte(`{"task":"transcribe","language":"zh","duration":0.37,"text":"低保","segments":[{"id":0,"start":0.1,"end":1e300,"text":" 低保\u202e\u0000","avg_logprob":-0.3,"speaker":null},{"start":-5,"end":"x"}]}`))
	f.Add([]byte(`{"segments":[{"start":3,"end":1,"text":"<script>","avg_logprob":12,"speaker":3}]}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		res, err := read(body)
		if err != nil {
			return
		}
		res = transcription.Check(res, transcription.Request{LengthMS: 5000}, 1)
		last := int64(0)
		for _, s := range res.Segments {
			if s.StartMS < last || s.EndMS < s.StartMS || s.EndMS > 5000 || s.Channel != 1 || s.Text == "" || strings.ContainsAny(s.Text, "\x00\n\u202e") || !(s.Confidence >= 0 && s.Confidence <= 1) {
				t.Errorf("believed %+v", s)
			}
			last = s.StartMS
		}
	})
}

// An answer within its four megabytes can name a million utterances: it is refused while
// it is read. Control: Segments as a plain list, "1400000 utterances were taken".
func TestManyUtterancesAreRefusedWhileRead(t *testing.T) {
	t.Parallel()
	res, err := read([]byte(`{"text":"x","segments":[` + strings.Repeat("{},", 1_399_999) + `{}]}`))
	if !errors.Is(err, transcription.ErrRejected) {
		t.Errorf("%d utterances were taken: %v", len(res.Segments), err)
	}
	for body, want := range map[string]int{`{"text":"x","segments":null}`: 0, `{"text":"x","segments":[]}`: 0, `{"segments":[{"text":"a"},{"text":"b"}]}`: 2} {
		if res, err := read([]byte(body)); err != nil || len(res.Segments) != want {
			t.Errorf("%s: %d utterances, %v", body, len(res.Segments), err)
		}
	}
}
