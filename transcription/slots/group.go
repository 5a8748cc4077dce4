package slots

import (
	"strings"

	"lianou/core"
)

// worth says how much a string of digits looks like a number that we look for; 0
// when it is none.
func (r *reading) worth(digits string) int {
	switch n := len(digits); {
	case n == 18:
		if _, err := core.ParseID(digits, r.today); err == nil {
			return 100
		}
		if plausibleBirth(digits[6:14]) && strings.Trim(digits[:17], "0123456789") == "" {
			return 55
		}
	case strings.Contains(digits, "X"):
		return 0
	case n == 15:
		if plausibleBirth("19" + digits[6:12]) {
			return 50
		}
	case n == 11 && digits[0] == '1' && digits[1] >= '3':
		return 60
	case n == 13 && strings.HasPrefix(digits, "861") && digits[3] >= '3':
		return 58
	case landline(digits):
		return 45
	case (n == 7 || n == 8) && digits[0] >= '2' && digits[0] <= '8':
		return 8
	}
	return 0
}

func plausibleBirth(s string) bool {
	if s[:2] != "19" && s[:2] != "20" {
		return false
	}
	month, day := s[4:6], s[6:8]
	return month >= "01" && month <= "12" && day >= "01" && day <= "31"
}

// landline knows numbers with an area code: the city's, or one of China's others.
func landline(d string) bool {
	switch {
	case len(d) < 10 || len(d) > 12 || d[0] != '0':
		return false
	case strings.HasPrefix(d, "0534"):
		return len(d) == 11 && d[4] >= '2'
	case d[1] == '1':
		return d[2] == '0' && len(d) == 11
	case d[1] == '2':
		return len(d) == 11
	}
	return d[1] >= '3' && len(d) >= 11
}

// group cuts what is held into numbers so that as much as possible has a meaning.
// Groups that were said twice or begun anew are tried with one of each.
func (r *reading) group(held []chunk) []number {
	best, score := r.partition(split(held, r))
	if again := dropStutter(held); len(again) < len(held) {
		if other, s := r.partition(split(again, r)); s > score {
			best = other
		}
	}
	return best
}

// dropStutter leaves out a group that the next one begins with.
func dropStutter(list []chunk) []chunk {
	var out []chunk
	for i, c := range list {
		if i+1 < len(list) && strings.HasPrefix(list[i+1].digits, c.digits) {
			continue
		}
		out = append(out, c)
	}
	return out
}

// split parts a chunk that is two numbers said in one breath.
func split(list []chunk, r *reading) []chunk {
	var out []chunk
	for _, c := range list {
		for _, n := range []int{18, 11} {
			if len(c.digits) > n && len(c.digits) >= 22 && r.worth(c.digits[:n]) >= 50 && r.worth(c.digits[n:]) >= 45 {
				first, second := c, c
				first.digits, second.digits = c.digits[:n], c.digits[n:]
				if c.span.End-c.span.Start == len(c.digits) {
					first.span.End, second.span.Start = c.span.Start+n, c.span.Start+n
				}
				out = append(out, first)
				c = second
				break
			}
		}
		out = append(out, c)
	}
	return out
}

// partition finds the grouping of neighbours with the highest worth.
func (r *reading) partition(list []chunk) ([]number, int) {
	n := len(list)
	score, prev := make([]int, n+1), make([]int, n+1)
	for j := 1; j <= n; j++ {
		score[j] = -1 << 30
		digits := ""
		for i := j - 1; i >= 0; i-- {
			digits = list[i].digits + digits
			if len(digits) > 24 && i < j-1 {
				break
			}
			if s := score[i] + r.groupWorth(list[i:j], digits); s > score[j] {
				score[j], prev[j] = s, i
			}
		}
	}
	var out []number
	for j := n; j > 0; j = prev[j] {
		out = append(out, numberOf(list[prev[j]:j]))
	}
	for i, j := 0, len(out)-1; i < j; i, j = i+1, j-1 {
		out[i], out[j] = out[j], out[i]
	}
	return out, score[n]
}

func (r *reading) groupWorth(list []chunk, digits string) int {
	w := r.worth(digits)
	for _, c := range list {
		if c.date && (w < 55 || len(list) == 1) {
			return -20
		}
	}
	switch {
	case w > 0:
		return 10*w - len(list)
	case len(list) == 1:
		return -2
	case len(digits) <= 17:
		return -1 - 4*len(list) // an unfinished number hangs together
	}
	return -5 * len(list)
}

func numberOf(list []chunk) number {
	out := number{digits: flat(list), start: list[0].span.Start}
	for _, c := range list {
		out.start, out.end = min(out.start, c.span.Start), max(out.end, c.span.End)
		if n := len(out.spans); n > 0 && c.span.Start >= out.spans[n-1].End && c.span.Start-out.spans[n-1].End <= 2 {
			out.spans[n-1].End = c.span.End
			continue
		}
		if len(out.spans) == 0 || c.span != out.spans[len(out.spans)-1] {
			out.spans = append(out.spans, c.span)
		}
	}
	return out
}
