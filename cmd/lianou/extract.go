package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"reflect"
	"time"

	"lianou/core"
	"lianou/core/registry"
	"lianou/transcription/slots"
)

// extractCmd reads transcripts from a file: JSON lines in, JSON lines out. It needs
// no database. Each line is {"text"}, and may carry "kind", "note" and "want": slots
// that the answer is held to. It prints numbers in full, as the contract of the
// samples wants: it is for samples, not for the city's calls.
type extractCmd struct {
	File string `arg:"" help:"JSON lines of transcripts; - reads standard input."`
}

// maxExtractLine bounds one transcript's line; slots.MaxText of the text is read.
const maxExtractLine = 1 << 20

// Run reads the file.
func (c *extractCmd) Run(t *tool) error {
	in, err := openLines(c.File, t.in)
	if err != nil {
		return fmt.Errorf("open transcripts: %w", err)
	}
	defer in.Close()
	return extractLines(in, t.out, os.Stderr)
}

type extractIn struct {
	Kind string                     `json:"kind"`
	Text *string                    `json:"text"`
	Want map[string]json.RawMessage `json:"want"`
	Note string                     `json:"note"`
}

type extractOut struct {
	Slots extractSlots `json:"slots"`
	Spans extractSpans `json:"spans"`
}

type extractSlots struct {
	Name       *string  `json:"name"`
	IDNumber   *string  `json:"id_number"`
	Phone      *string  `json:"phone"`
	County     *string  `json:"county"`
	Township   *string  `json:"township"`
	Village    *string  `json:"village"`
	OnBehalfOf *string  `json:"on_behalf_of"`
	Needs      []string `json:"needs"`
}

// extractSpans are rune offsets into the text, half open; a slot that failed its
// check keeps them.
type extractSpans struct {
	Name       []slots.Span            `json:"name"`
	IDNumber   []slots.Span            `json:"id_number"`
	Phone      []slots.Span            `json:"phone"`
	County     []slots.Span            `json:"county"`
	Township   []slots.Span            `json:"township"`
	Village    []slots.Span            `json:"village"`
	OnBehalfOf []slots.Span            `json:"on_behalf_of"`
	Needs      map[string][]slots.Span `json:"needs"`
}

// extractLines reads line by line. A line that cannot be read is answered with an
// error line that names it, and the whole run fails at its end, as it does when a
// "want" does not hold.
func extractLines(in io.Reader, out, say io.Writer) error {
	reader, err := cityExtractor()
	if err != nil {
		return err
	}
	today := core.DateOf(time.Now())
	w := bufio.NewWriter(out)
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	scan := bufio.NewScanner(in)
	scan.Buffer(make([]byte, 0, 64<<10), maxExtractLine)
	bad, broken, line := 0, 0, 0
	for scan.Scan() {
		line++
		if len(bytes.TrimSpace(scan.Bytes())) == 0 {
			continue
		}
		t, err := readTranscript(scan.Bytes())
		if err != nil {
			bad++
			e := core.Known(err)
			if err := enc.Encode(matchFault{Error: matchErrorText{line, e.Code, e.Field, e.Say}}); err != nil {
				return fmt.Errorf("write slots: %w", err)
			}
			continue
		}
		answer := extractView(reader.Text(*t.Text, today))
		if err := enc.Encode(answer); err != nil {
			return fmt.Errorf("write slots: %w", err)
		}
		broken += differ(say, line, t.Want, answer.Slots)
	}
	if err := errors.Join(scan.Err(), w.Flush()); err != nil {
		return fmt.Errorf("read transcripts after line %d: %w", line, err)
	}
	switch {
	case bad > 0:
		return fmt.Errorf("%d of %d lines could not be read", bad, line)
	case broken > 0:
		return fmt.Errorf("%d slots are not the ones wanted", broken)
	}
	return nil
}

// cityExtractor hands the places that ship with the program to the extractor.
func cityExtractor() (*slots.Extractor, error) {
	regions, err := registry.EmbeddedRegions()
	if err != nil {
		return nil, fmt.Errorf("read places: %w", err)
	}
	var list []slots.Place
	for _, p := range regions.All() {
		list = append(list, slots.Place{Code: p.Code, Name: p.Name})
	}
	return slots.New(list), nil
}

func readTranscript(b []byte) (extractIn, error) {
	var in extractIn
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(&in); err != nil || in.Text == nil || d.More() {
		return in, core.Invalid("line", "这一行不是一份通话文字。")
	}
	for key := range in.Want {
		if !wantable(key) {
			return in, core.Invalid("want", "没有这一栏。")
		}
	}
	return in, nil
}

// wantable reports a key of extractSlots.
func wantable(key string) bool {
	t := reflect.TypeFor[extractSlots]()
	for i := range t.NumField() {
		if t.Field(i).Tag.Get("json") == key {
			return true
		}
	}
	return false
}

// differ says on a line each which slots are not the ones wanted, and counts them.
func differ(say io.Writer, line int, want map[string]json.RawMessage, got extractSlots) int {
	n := 0
	v := reflect.ValueOf(got)
	for i := range v.NumField() {
		key := v.Type().Field(i).Tag.Get("json")
		raw, wanted := want[key]
		if !wanted {
			continue
		}
		field := reflect.New(v.Field(i).Type())
		if err := json.Unmarshal(raw, field.Interface()); err == nil && reflect.DeepEqual(field.Elem().Interface(), v.Field(i).Interface()) {
			continue
		}
		n++
		b, err := json.Marshal(v.Field(i).Interface())
		if err != nil {
			b = []byte(err.Error())
		}
		fmt.Fprintf(say, "line %d: %s is %s, want %s\n", line, key, b, raw)
	}
	return n
}

func extractView(p slots.Proposal) extractOut {
	out := extractOut{
		Slots: extractSlots{
			Name: said(p.Name.Value), IDNumber: said(p.IDNumber.Value.Reveal()), Phone: said(p.Phone.Value.Reveal()),
			County: said(p.County.Value.Name), Township: said(p.Township.Value.Name), Village: said(p.Village.Value.Name),
			OnBehalfOf: said(p.OnBehalfOf.Value), Needs: []string{},
		},
		Spans: extractSpans{
			Name: p.Name.Spans, IDNumber: p.IDNumber.Spans, Phone: p.Phone.Spans, County: p.County.Spans, Township: p.Township.Spans,
			Village: p.Village.Spans, OnBehalfOf: p.OnBehalfOf.Spans, Needs: map[string][]slots.Span{},
		},
	}
	for _, n := range p.Needs {
		out.Slots.Needs = append(out.Slots.Needs, n.Value)
		out.Spans.Needs[n.Value] = n.Spans
	}
	return out
}

func said(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
