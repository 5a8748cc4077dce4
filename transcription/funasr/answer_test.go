package funasr

import (
	"testing"

	"lianou/transcription"
)

// Answers as the servers write them.
func TestAnswers(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]transcription.Segment{
		`{"mode":"offline","text":"低保","is_final":true,"timestamp":"[[100,200],[210,430]]","stamp_sents":""}`:                          {StartMS: 100, EndMS: 430, Text: "低保", Final: true},
		`{"mode":"2pass-offline","text":"低保","timestamp":[[100,200],[210,430]]}`:                                                       {StartMS: 100, EndMS: 430, Text: "低保", Final: true},
		`{"mode":"offline","text":"x","stamp_sents":[{"text_seg":"正 是 因 为","punc":",","start":430,"end":1130,"ts_list":[[430,670]]}]}`: {StartMS: 430, EndMS: 1130, Text: "正是因为,", Final: true},
		`{"mode":"offline","text":"x","stamp_sents":[{"text_seg":"我 用 wechat pay 付","punc":"。","start":1,"end":2}]}`:                   {StartMS: 1, EndMS: 2, Text: "我用wechat pay付。", Final: true},
		`{"mode":"2pass-online","text":"俺想","is_final":true}`:                                                                          {StartMS: 0, EndMS: 2000, Text: "俺想"},
		`{"mode":"2pass-offline","text":"俺想","timestamp":"oops","stamp_sents":{}}`:                                                     {StartMS: 0, EndMS: 2000, Text: "俺想", Final: true},
	} {
		l := &listener{rate: 8000}
		l.sent.Store(16000)
		a, err := parse([]byte(body))
		if err != nil {
			t.Fatal(err)
		}
		if got := l.segments(a); len(got) != 1 || got[0] != want {
			t.Errorf("%s: %+v, want %+v", body, got, want)
		}
	}
}

func FuzzAnswer(f *testing.F) {
	f.Add([]byte(`{"mode":"2pass-offline","text":"低保","is_final":true,"timestamp":"[[100,200],[210,430]]","stamp_sents":""}`))
	f.Add([]byte(`{"mode":"offline","text":"x","stamp_sents":[{"text_seg":"正 是 因 为","punc":",","start":430,"end":-1}]}`))
	f.Add([]byte(`ERROR. Real-time transcription service ONLY SUPPORT PCM stream.`))
	f.Fuzz(func(t *testing.T, body []byte) {
		a, err := parse(body)
		if err != nil {
			return
		}
		l := &listener{rate: 8000}
		l.ended(a, true)
		res := transcription.Check(transcription.Result{Segments: l.segments(a)}, transcription.Request{LengthMS: 5000}, 0)
		for _, s := range res.Segments {
			if s.StartMS < 0 || s.EndMS < s.StartMS || s.EndMS > 5000 || s.Text == "" {
				t.Errorf("believed %+v", s)
			}
		}
	})
}
