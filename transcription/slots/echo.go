package slots

import "strings"

// echoes settles numbers that were said again: an agent's read-back that the
// caller confirms wins over what was heard before, one that the caller denies
// falls away, and a number that corrects a whole one replaces it.
func (r *reading) echoes() {
	var out []number
	for _, n := range r.said {
		i := r.nearest(out, n)
		switch {
		case i < 0:
			out = append(out, n)
		case out[i].digits == n.digits:
			out[i].spans = append(out[i].spans, n.spans...)
			out[i].end = n.end
		case r.readBack(n):
			if r.confirmed(n) {
				out[i] = merged(out[i], n)
			}
		case r.mendsWhole(out[i], n):
			out[i] = merged(out[i], n)
		default:
			out = append(out, n)
		}
	}
	r.said = out
	r.lateTails()
}

func merged(was, now number) number {
	now.fixed = true
	now.start = min(was.start, now.start)
	return now
}

// nearest finds a number that this one says again, or nearly.
func (r *reading) nearest(list []number, n number) int {
	if len(n.digits) < 7 {
		return -1
	}
	for i := len(list) - 1; i >= max(len(list)-40, 0); i-- {
		if alike(list[i].digits, n.digits) {
			return i
		}
	}
	return -1
}

// alike allows two wrong digits, or two neighbours changed about.
func alike(a, b string) bool {
	if len(a) != len(b) {
		return len(a) >= 7 && (strings.HasPrefix(b, a) || strings.HasSuffix(b, a))
	}
	differ := 0
	for i := range len(a) {
		if a[i] != b[i] {
			differ++
		}
	}
	return differ <= 4 && differ*3 <= len(a)
}

// readBack reports that the agent says the number, or somebody reads it again.
func (r *reading) readBack(n number) bool {
	if side := r.sideAt(n.start); side != Unknown {
		return side == Agent
	}
	return anyIn(r.before(n.start, 14), "重复", "核对", "复述", "确认一下", "记的是", "您的电话是", "您的手机是", "您说的是", "您电话是", "是不是")
}

func (r *reading) confirmed(n number) bool {
	to := n.end
	for to < len(r.text) && to-n.end < 24 {
		to++
	}
	rest := squeeze(r.part(n.end, to))
	for _, l := range sideLabels {
		if l.side == Caller {
			rest = strings.ReplaceAll(rest, l.word, "")
		}
	}
	for _, q := range []string{"对不对", "是不是", "对吗", "对吧", "是吗", "是吧", "没错吧", "没错吗", "正确吗", "这个号吗"} {
		rest = strings.ReplaceAll(rest, q, "")
	}
	return !anyIn(rest, "不对", "不是", "错了", "说错") && (anyPrefix(rest, "对", "是", "嗯", "没错", "行", "好", "正确", "可以") || !anyIn(rest, "不"))
}

// mendsWhole reports words of correction between two numbers that are alike.
func (r *reading) mendsWhole(was, now number) bool {
	if now.start-was.end > 80 || now.start < was.end {
		return false
	}
	gap := r.part(was.end, now.start)
	if anyIn(gap, "儿子", "闺女", "邻居", "媳妇", "老伴") && anyIn(gap, "的电话", "的手机", "的号") {
		return false
	}
	return anyIn(gap, mends...) || len(was.digits) < len(now.digits)
}

// lateTails puts short corrections that stand further away: "后四位应该是0097",
// "不对,是九七".
func (r *reading) lateTails() {
	var out []number
	for _, n := range r.said {
		last := len(out) - 1
		if last >= 0 && len(n.digits) < 7 && len(out[last].digits) >= 11 && n.start-out[last].end < 60 && r.sideAt(n.start) != Agent {
			gap := r.part(out[last].end, n.start)
			at := len(out[last].digits) - len(n.digits)
			near := r.before(n.start, 12)
			if anyIn(near, "后四位", "最后", "尾号", "后面", "末") && (anyIn(gap, mends...) || anyIn(near, "应该是")) || anyIn(gap, "不对", "错了", "说错") && anySuffix(squeeze(near), "是") {
				out[last].digits = out[last].digits[:at] + n.digits
				out[last].spans = append(out[last].spans, n.spans...)
				out[last].end, out[last].fixed = n.end, true
				continue
			}
		}
		out = append(out, n)
	}
	r.said = out
}
