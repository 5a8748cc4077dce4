package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"lianou/core"
	"lianou/core/matching"
	"lianou/core/policy"
)

// matchCmd judges households from a file: JSON lines in, JSON lines out. It needs
// no database. Each line is {"name", "facts"}, and may carry "want": outcomes that
// --check holds the findings to.
type matchCmd struct {
	File  string `arg:"" help:"JSON lines of households; - reads standard input."`
	Check bool   `help:"Fail when a line's \"want\" does not hold."`
	Trace string `help:"Write the trace of every household to this file, one a line (docs/trace-v4.schema.json)." type:"path"`
}

// maxMatchLine bounds one household's line.
const maxMatchLine = 1 << 20

// Run reads the file.
func (c *matchCmd) Run(t *tool) error {
	in, err := openLines(c.File, t.in)
	if err != nil {
		return fmt.Errorf("open households: %w", err)
	}
	defer in.Close()
	if c.Trace == "" {
		return matchLines(in, t.out, c.Check, nil)
	}
	traces, err := os.OpenFile(c.Trace, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600) // facts of a household, although no names
	if err != nil {
		return fmt.Errorf("open traces: %w", err)
	}
	return errors.Join(matchLines(in, t.out, c.Check, traces), traces.Close())
}

// openLines opens a file of JSON lines; "-" is standard input.
func openLines(file string, standard io.Reader) (io.ReadCloser, error) {
	if file == "-" {
		return io.NopCloser(standard), nil
	}
	return os.Open(file)
}

type matchIn struct {
	Name  string                   `json:"name"`
	Facts json.RawMessage          `json:"facts"`
	Want  map[core.ItemCode]string `json:"want"`
}

type matchOut struct {
	Name     string                          `json:"name"`
	Findings map[core.ItemCode]*matchFinding `json:"findings"`
	Bundle   []core.ItemCode                 `json:"bundle"`
}

type matchFinding struct {
	Outcome matching.Outcome `json:"outcome"`
	Reasons []matchReason    `json:"reasons"`
	Missing []string         `json:"missing"`
	Members []matchVerdict   `json:"members,omitempty"`
	For     []core.MemberRef `json:"for,omitempty"`
	Benefit *matchBenefit    `json:"benefit,omitempty"`
	After   core.ItemCode    `json:"after,omitempty"`
	Nearest *matchNearest    `json:"nearest,omitempty"`
}

// matchNearest says what would have to change for an item that is not due.
type matchNearest struct {
	Text  string      `json:"text"`
	Steps []matchStep `json:"steps"`
	Reach []matchStep `json:"reach,omitempty"`
}

type matchStep struct {
	Code   string         `json:"code"`
	Fact   string         `json:"fact"`
	Member core.MemberRef `json:"member,omitempty"`
	Now    string         `json:"now,omitempty"`
	Need   string         `json:"need"`
	Limit  string         `json:"limit,omitempty"`
	Gap    string         `json:"gap,omitempty"`
	Can    matching.Can   `json:"can"`
	By     core.ItemCode  `json:"by,omitempty"`
	Early  string         `json:"early,omitempty"`
	Late   string         `json:"late,omitempty"`
}

type matchVerdict struct {
	Member  core.MemberRef   `json:"member"`
	Outcome matching.Outcome `json:"outcome"`
	Reasons []matchReason    `json:"reasons"`
}

type matchReason struct {
	Code    string           `json:"code"`
	Outcome matching.Outcome `json:"outcome"`
	Text    string           `json:"text"`
	Member  core.MemberRef   `json:"member,omitempty"`
	Fact    string           `json:"fact,omitempty"`
	Against string           `json:"against,omitempty"`
	Value   string           `json:"value,omitempty"`
	Limit   string           `json:"limit,omitempty"`
	Law     string           `json:"law,omitempty"`
}

type matchBenefit struct {
	Amount core.Fen         `json:"amount,omitempty"`
	Per    string           `json:"per,omitempty"`
	Sample bool             `json:"sample,omitempty"`
	Text   string           `json:"text"`
	For    []core.MemberRef `json:"for,omitempty"`

	Nothing string           `json:"nothing,omitempty"` // that it comes to 0, and why
	Alone   []core.MemberRef `json:"alone,omitempty"`   // whom alone of the household it is for
	Whom    string           `json:"whom,omitempty"`    // that in words
}

type matchFault struct {
	Name  string         `json:"name"`
	Error matchErrorText `json:"error"`
}

type matchErrorText struct {
	Line  int    `json:"line"`
	Code  string `json:"code"`
	Field string `json:"field,omitempty"`
	Say   string `json:"say,omitempty"`
}

// matchLines judges line by line, and writes traces where they are wanted. A line that cannot be read is answered with an
// error line, and the whole run fails at its end.
func matchLines(in io.Reader, out io.Writer, check bool, traces io.Writer) error {
	lib, err := policy.Embedded()
	if err != nil {
		return fmt.Errorf("load policies: %w", err)
	}
	judge := matchJudge{lib: lib, ready: map[string]*matching.Matcher{}, traces: traces}
	w := bufio.NewWriter(out)
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	scan := bufio.NewScanner(in)
	scan.Buffer(make([]byte, 0, 64<<10), maxMatchLine)
	bad, broken, line := 0, 0, 0
	for scan.Scan() {
		line++
		if len(bytes.TrimSpace(scan.Bytes())) == 0 {
			continue
		}
		answer, wrong, err := judge.line(scan.Bytes())
		if err != nil {
			bad++
			e := core.Known(err)
			err = enc.Encode(matchFault{answer.Name, matchErrorText{line, e.Code, e.Field, e.Say}})
		} else {
			err = enc.Encode(answer)
		}
		if err != nil {
			return fmt.Errorf("write findings: %w", err)
		}
		for _, code := range wrong {
			broken++
			if check {
				fmt.Fprintf(os.Stderr, "line %d: %s is %s, not what the line wants\n", line, code, answer.Findings[code].Outcome)
			}
		}
	}
	if err := errors.Join(scan.Err(), w.Flush()); err != nil {
		return fmt.Errorf("read households after line %d: %w", line, err)
	}
	switch {
	case bad > 0:
		return fmt.Errorf("%d of %d lines could not be read", bad, line)
	case check && broken > 0:
		return fmt.Errorf("%d outcomes are not the ones wanted", broken)
	}
	return nil
}

// matchJudge keeps one compiled Book per period.
type matchJudge struct {
	lib    *policy.Library
	ready  map[string]*matching.Matcher
	traces io.Writer // nil for none
}

func (j *matchJudge) line(b []byte) (answer matchOut, wrong []core.ItemCode, err error) {
	var in matchIn
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(&in); err != nil {
		return answer, nil, core.Invalid("line", "这一行不是一户人家的资料。")
	}
	answer.Name = in.Name
	h, err := core.DecodeHousehold(in.Facts)
	if err != nil {
		return answer, nil, err
	}
	m, err := j.matcher(h.On)
	if err != nil {
		return answer, nil, err
	}
	r := m.Explain(&h)
	answer.Bundle = r.Bundle
	answer.Findings = make(map[core.ItemCode]*matchFinding, len(r.Findings))
	for i := range r.Findings {
		f := &r.Findings[i]
		answer.Findings[f.Item] = matchView(f)
	}
	for _, miss := range m.Misses(&h, &r, nil) {
		answer.Findings[miss.Item].Nearest = nearestView(&miss)
	}
	if err := j.trace(m, &h); err != nil {
		return answer, nil, err
	}
	for code, want := range in.Want {
		f := answer.Findings[code]
		if f == nil {
			return answer, nil, core.Invalid("want", "没有这个救助事项。")
		}
		if f.Outcome.String() != want {
			wrong = append(wrong, code)
		}
	}
	return answer, wrong, nil
}

// trace writes the trace of one household. A trace that cannot be written stops the line.
func (j *matchJudge) trace(m *matching.Matcher, h *core.Household) error {
	if j.traces == nil {
		return nil
	}
	b, err := m.Trace(h, nil, nil)
	if err == nil {
		_, err = j.traces.Write(b)
	}
	if err != nil {
		return core.E(core.KindInternal, "trace_unwritten", "这一户的判断记录没写成。看看磁盘满没满。")
	}
	return nil
}

func (j *matchJudge) matcher(on core.Date) (*matching.Matcher, error) {
	book, err := j.lib.On(on)
	if err != nil {
		return nil, err
	}
	if m := j.ready[book.Digest]; m != nil {
		return m, nil
	}
	m, err := matching.Compile(book)
	if err != nil {
		return nil, fmt.Errorf("compile the book of %s: %w", on, err)
	}
	j.ready[book.Digest] = m
	return m, nil
}
