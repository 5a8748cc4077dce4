package funasr

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"unicode"

	"lianou/transcription"
)

// answer is one message of a server. Its times are a string of JSON, its sentences a
// list or "".
type answer struct {
	Mode      string          `json:"mode"`
	Text      string          `json:"text"`
	IsFinal   bool            `json:"is_final"`
	IsEnd     bool            `json:"is_end"`
	Timestamp json.RawMessage `json:"timestamp"`
	Sentences json.RawMessage `json:"stamp_sents"`
}

type sentence struct {
	Text  string `json:"text_seg"` // 正 是 因 为
	Punc  string `json:"punc"`
	Start int64  `json:"start"`
	End   int64  `json:"end"`
}

func (a answer) draft() bool { return a.Mode == "2pass-online" || a.Mode == "online" }

func parse(b []byte) (answer, error) {
	var a answer
	if bytes.HasPrefix(bytes.TrimSpace(b), []byte("ERROR")) {
		return a, transcription.ErrUnsupportedAudio.Wrap(errors.New("the server takes no such sound"))
	}
	if err := json.Unmarshal(b, &a); err != nil {
		return a, transcription.ErrTemporary.Wrap(errors.New("an answer that is no JSON, cut, or of another form"))
	}
	return a, nil
}

// segments are the utterances of one answer. A draft has no times of its own, and its
// message only what is new in it: it is what is being said since the last final.
func (l *listener) segments(a answer) []transcription.Segment {
	now := l.sent.Load() * 1000 / int64(max(l.rate, 1))
	if a.draft() {
		if strings.TrimSpace(a.Text) == "" {
			return nil
		}
		l.draft += a.Text
		return []transcription.Segment{{StartMS: l.until, EndMS: max(now, l.until), Text: l.draft}}
	}
	list := finals(a)
	if len(list) > 0 {
		l.draft = ""
	}
	if len(list) == 1 && list[0].EndMS == 0 {
		list[0].StartMS, list[0].EndMS = l.until, max(now, l.until)
	}
	if len(list) > 0 {
		l.until = max(l.until, list[len(list)-1].EndMS)
	}
	return list
}

// finals prefers sentences, each with its own times, to the text as a whole.
func finals(a answer) []transcription.Segment {
	var list []transcription.Segment
	for _, s := range sentences(a.Sentences) {
		if text := squeeze(s.Text) + strings.TrimSpace(s.Punc); strings.TrimSpace(text) != "" {
			list = append(list, transcription.Segment{StartMS: s.Start, EndMS: s.End, Text: text, Final: true})
		}
	}
	if len(list) > 0 {
		return list
	}
	if strings.TrimSpace(a.Text) == "" {
		return nil
	}
	from, to := span(a.Timestamp)
	return []transcription.Segment{{StartMS: from, EndMS: to, Text: a.Text, Final: true}}
}

func sentences(raw json.RawMessage) (list []sentence) {
	if json.Unmarshal(raw, &list) != nil { // "", or something else that is no list
		return nil
	}
	return list
}

// span is from the first word's beginning to the last one's end; 0, 0 when it is not
// said. The times come as a string, or as what the string would hold.
func span(raw json.RawMessage) (from, to int64) {
	var text string
	if json.Unmarshal(raw, &text) == nil {
		raw = json.RawMessage(text)
	}
	var words [][]int64
	if json.Unmarshal(raw, &words) != nil || len(words) == 0 {
		return 0, 0
	}
	first, last := words[0], words[len(words)-1]
	if len(first) < 2 || len(last) < 2 {
		return 0, 0
	}
	return first[0], last[1]
}

// squeeze takes the spaces out from between Chinese characters and leaves those
// between words.
func squeeze(text string) string {
	runes := []rune(strings.Join(strings.Fields(text), " "))
	var b strings.Builder
	for i, r := range runes {
		if r == ' ' && i > 0 && i+1 < len(runes) && (unicode.Is(unicode.Han, runes[i-1]) || unicode.Is(unicode.Han, runes[i+1])) {
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}
