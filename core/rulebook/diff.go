package rulebook

import (
	"slices"
	"strings"
)

// A Line is one line that two sets do not share.
type Line struct {
	File string
	N    int  // of the line in its own file, from 1
	New  bool // put in; otherwise taken out
	Text string
}

// mostDiff bounds the work on one file: beyond it all of the old and all of the new differ.
const mostDiff = 4 << 20 // lines of the one times lines of the other

// Diff lists the lines that make this set another one, file by file, in order; what was
// taken out stands before what was put in its place.
func (s Sources) Diff(to Sources) []Line {
	var names []string
	for _, f := range append(s.Files(), to.files...) {
		names = append(names, f.Name)
	}
	slices.Sort(names)
	var out []Line
	for _, name := range slices.Compact(names) {
		a, _ := s.File(name)
		b, _ := to.File(name)
		if a != b {
			out = append(out, diffLines(name, lines(a), lines(b))...)
		}
	}
	return out
}

func lines(text string) []string {
	if text == "" {
		return nil
	}
	return strings.Split(strings.TrimSuffix(text, "\n"), "\n")
}

// diffLines leaves out what is equal at both ends, and between them the longest row of lines
// that both have in common.
func diffLines(name string, a, b []string) []Line {
	head := 0
	for head < len(a) && head < len(b) && a[head] == b[head] {
		head++
	}
	tail := 0
	for tail < len(a)-head && tail < len(b)-head && a[len(a)-1-tail] == b[len(b)-1-tail] {
		tail++
	}
	x, y := a[head:len(a)-tail], b[head:len(b)-tail]
	common := longest(x, y)
	var out []Line
	i, j := 0, 0
	for i < len(x) || j < len(y) {
		switch {
		case i < len(x) && j < len(y) && x[i] == y[j] && common(i, j) == common(i+1, j+1)+1:
			i, j = i+1, j+1
		case i < len(x) && (j == len(y) || common(i+1, j) >= common(i, j+1)):
			out = append(out, Line{name, head + i + 1, false, x[i]})
			i++
		default:
			out = append(out, Line{name, head + j + 1, true, y[j]})
			j++
		}
	}
	return out
}

// longest gives the length of the longest common row of the ends of two texts.
func longest(x, y []string) func(i, j int) int {
	if len(x)*len(y) > mostDiff {
		return func(int, int) int { return 0 }
	}
	wide := len(y) + 1
	table := make([]int32, (len(x)+1)*wide)
	for i := len(x) - 1; i >= 0; i-- {
		for j := len(y) - 1; j >= 0; j-- {
			if x[i] == y[j] {
				table[i*wide+j] = table[(i+1)*wide+j+1] + 1
			} else {
				table[i*wide+j] = max(table[(i+1)*wide+j], table[i*wide+j+1])
			}
		}
	}
	return func(i, j int) int { return int(table[i*wide+j]) }
}
