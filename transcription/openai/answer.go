package openai

import (
	"bytes"
	"encoding/json"
	"errors"
	"math"

	"lianou/transcription"
)

// answer is both forms: json has the text alone. Servers add what they like, and
// write the same field in different types; what is not read is not asked for.
type answer struct {
	Text     *string  `json:"text"`
	Language string   `json:"language"`
	Segments segments `json:"segments"`
}

// segments are read one by one: an answer of four megabytes can name a million of them.
type segments []segment

// mostSegments is far above what is said in the longest recording.
const mostSegments = 20_000

var errManySegments = errors.New("more utterances than anybody says")

func (s *segments) UnmarshalJSON(raw []byte) error {
	if string(raw) == "null" {
		return nil
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	if open, err := d.Token(); err != nil || open != json.Delim('[') {
		return errors.New("no list of utterances")
	}
	*s = segments{}
	for d.More() {
		if len(*s) == mostSegments {
			return errManySegments
		}
		var one segment
		if err := d.Decode(&one); err != nil {
			return err
		}
		*s = append(*s, one)
	}
	return nil
}

type segment struct {
	Start   float64         `json:"start"` // seconds
	End     float64         `json:"end"`
	Text    string          `json:"text"`
	LogProb *float64        `json:"avg_logprob"`
	Speaker json.RawMessage `json:"speaker"` // FunASR's server: null, a number or a name
}

// read turns an answer into a result. An answer that was cut may be whole next time;
// one that is whole and something else never will be.
func read(body []byte) (transcription.Result, error) {
	var a answer
	if err := json.Unmarshal(body, &a); err != nil {
		var form *json.SyntaxError
		if errors.As(err, &form) {
			return transcription.Result{}, transcription.ErrTemporary.Wrap(errors.New("an answer that is no JSON, or cut"))
		}
		return transcription.Result{}, transcription.ErrRejected.Wrap(errors.New("an answer of another form"))
	}
	if a.Text == nil && a.Segments == nil {
		return transcription.Result{}, transcription.ErrRejected.Wrap(errors.New("an answer without text"))
	}
	res := transcription.Result{Language: a.Language}
	if a.Text != nil {
		res.Text = *a.Text
	}
	for _, s := range a.Segments {
		res.Segments = append(res.Segments, transcription.Segment{StartMS: millis(s.Start), EndMS: millis(s.End), Text: s.Text,
			Final: true, Confidence: sure(s.LogProb), Speaker: speaker(s.Speaker)})
	}
	return res, nil
}

// millis refuses what is no time.
func millis(seconds float64) int64 {
	const most = 1 << 31
	if !(seconds > 0) {
		return 0
	}
	return int64(math.Round(math.Min(seconds*1000, most)))
}

// sure is the mean probability of a word; 0 stands for "not said", by the contract and
// by servers that fill the field with nothing.
func sure(logProb *float64) float64 {
	if logProb == nil || !(*logProb < 0) {
		return 0
	}
	return math.Exp(*logProb)
}

func speaker(raw json.RawMessage) string {
	const most = 40
	var name string
	if json.Unmarshal(raw, &name) == nil && len(name) <= most {
		return name
	}
	var n json.Number
	if json.Unmarshal(raw, &n) == nil && len(n) <= most {
		return n.String()
	}
	return ""
}
