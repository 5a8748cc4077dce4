package slots

import "slices"

// Mask gives the utterances of a call with every number that could name a person or
// an account put out of sight: ID, card and telephone numbers, in digits, in Chinese
// numerals, with 幺, in groups, over several utterances and with the other side
// speaking between. It hides too much rather than too little; ages, sums and the last
// four alone stay. It does not ask whether a number is right: a wrong one is nearly
// somebody's.
func Mask(list []Segment) []Segment {
	hidden := make([][]bool, len(list))
	all, by := make([]int, 0, len(list)), map[int][]int{}
	for i, s := range list {
		hidden[i] = make([]bool, len([]rune(s.Text)))
		all = append(all, i)
		by[s.Channel] = append(by[s.Channel], i)
	}
	hide(list, all, hidden)
	if len(by) > 1 {
		for _, own := range by {
			hide(list, own, hidden)
		}
	}
	out := slices.Clone(list)
	for i := range out {
		text := []rune(out[i].Text)
		for j, h := range hidden[i] {
			if h {
				text[j] = '*'
			}
		}
		out[i].Text = string(text)
	}
	return out
}

// leastSecret is the digits from which a number is more than a date of birth's day or
// a house number: a local telephone number has seven.
const leastSecret = 7

// mostBetween is how far apart groups of one number are said.
const mostBetween = 16

// hide marks the secret runes of some utterances, read as one text.
func hide(list []Segment, which []int, hidden [][]bool) {
	s := &script{}
	var owner [][2]int // of each rune: utterance, place in it
	for _, i := range which {
		for j, r := range []rune(list[i].Text) {
			s.text, owner = append(s.text, fold(r)), append(owner, [2]int{i, j})
		}
		s.text, owner = append(s.text, '\n'), append(owner, [2]int{-1, 0})
	}
	for _, run := range s.secrets() {
		for _, c := range run {
			for at := c.span.Start; at < c.span.End; at++ {
				if o := owner[at]; o[0] >= 0 {
					hidden[o[0]][o[1]] = true
				}
			}
		}
	}
}

// secrets gives the runs of chunks that make long numbers together.
func (s *script) secrets() [][]chunk {
	var out [][]chunk
	var run []chunk
	digits := 0
	flush := func() {
		if digits >= leastSecret {
			out = append(out, run)
		}
		run, digits = nil, 0
	}
	for i := 0; i < len(s.text); {
		c := s.chunkAt(i)
		if d, ok := s.datedChunk(i); ok && d.span.End > c.span.End {
			c = d
		}
		if c.span.End <= i {
			i++
			continue
		}
		i = c.span.End
		if len(c.digits) < leastSecret && !c.date && s.trim(c).digits == "" {
			continue // counts something
		}
		if len(run) > 0 && !s.together(run[len(run)-1], c) {
			flush()
		}
		run, digits = append(run, c), digits+len(c.digits)
	}
	flush()
	return out
}

// together reports that two groups may belong to one number: only pauses lie between,
// or a few words do and neither is a lone numeral of a sentence.
func (s *script) together(a, b chunk) bool {
	between := 0
	for _, r := range s.text[a.span.End:b.span.Start] {
		if !pause(r) {
			between++
		}
	}
	return between == 0 || between <= mostBetween && len(a.digits) > 1 && len(b.digits) > 1
}
