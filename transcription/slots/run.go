package slots

import (
	"slices"
	"strings"
)

// number is one number as it was finally meant.
type number struct {
	digits string
	spans  []Span
	start  int // where its first digit was said
	end    int
	fixed  bool // a correction went into it
}

// link says how a chunk follows the one before it.
type link int8

const (
	apart    link = iota // another number
	joined               // goes on
	correct              // replaces what it corrects
	tail                 // says the last digits again, or goes on
	negated              // 不是79: what it is not
	instead              // 不是79是97: what it is instead
	head                 // 开头是139
	middle               // 中间四位是
	restated             // the other side says it again
)

var (
	fillers = []string{
		"呃", "嗯", "啊", "那个", "这个", "然后", "就是", "再来", "完了", "完了是", "后面", "后边", "接着", "中间", "前面", "哎", "额", "唉", "对", "好的", "好", "您说", "你说", "继续",
		"是", "再", "还有", "下面", "下边", "往下", "接下来", "之后", "哦", "噢", "记下了", "记好了", "记着", "最后", "末了", "我看看", "看看", "我想想", "等等", "我瞅瞅", "等我看看", "一共", "慢点", "您慢点说", "呢", "吧", "带个", "加个", "一个", "个", "字母", "大写", "大写的", "的", "英文", "您接着说", "接着说", "嘛", "哈",
	}
	mends = []string{
		"说错", "错了", "不对", "不是", "更正", "改成", "改为", "应该是", "应当是", "应是", "搞错", "记错", "念错", "报错", "弄错", "看错", "口误", "哦不", "啊不", "不不", "重说", "重新说", "重来", "纠正", "说反", "说串", "记混", "念串", "看串", "看花", "差了", "不,", "不，", "有误", "说岔", "忘了,是", "才对", "改一下", "说差", "念差", "打错", "弄反", "写错",
	}
	mendNoise = []string{
		"电话", "手机", "号码", "身份证", "号", "应该", "应", "我", "俺", "说", "这", "那", "刚才", "刚刚", "又", "哎呀", "哎哟", "哎", "看", "了", "等", "一下", "下", "给您", "给你", "您", "你", "重新", "再", "念", "报", "一遍", "遍", "可能", "位", "数", "字", "老花", "眼", "瞧", "记", "性", "脑子", "不好意思", "抱歉", "对不起", "要", "可", "糊涂", "到", "反", "串", "成", "别", "得", "换", "掉", "岁数大", "行", "里", "往", "头", "来", "把", "嘴", "瓢", "眼神", "不好", "俩", "上", "有", "让", "先", "听", "清楚", "没", "楚", "嘿", "咳", "呀", "喔", "唔", "嘴里", "急",
	}
	tailWords   = []string{"后四位", "后三位", "后两位", "后五位", "后六位", "后面四位", "后面三位", "后面两位", "后边四位", "后边三位", "后边两位", "最后四位", "最后三位", "最后两位", "最后一位", "最末一位", "最后一个", "末位", "尾号", "末尾", "末四位", "尾数", "末了", "最后", "后头", "结尾", "后面", "后边", "尾巴"}
	headWords   = []string{"前三位", "前四位", "前两位", "前六位", "前面三位", "开头", "打头", "头三位", "前面", "起头", "前边"}
	middleWords = []string{"中间"}
)

// gapNoise is what may stand in a correction without meaning anything else.
var gapNoise = slices.Concat(fillers, mends, mendNoise, tailWords, headWords, []string{"一", "两", "三", "四", "五", "六", "位", "1", "2", "3", "4", "第"})

// squeeze leaves what is said, without pauses.
func squeeze(text string) string {
	return strings.Map(func(r rune) rune {
		if pause(r) {
			return -1
		}
		return r
	}, text)
}

// strip takes words out of a text, the longest at each place.
func strip(text string, words []string) string {
	var b strings.Builder
	for i := 0; i < len(text); {
		n := 0
		for _, w := range words {
			if len(w) > n && strings.HasPrefix(text[i:], w) {
				n = len(w)
			}
		}
		if n == 0 {
			_, n = runeAt(text[i:])
			b.WriteString(text[i : i+n])
		}
		i += n
	}
	return b.String()
}

func runeAt(s string) (rune, int) {
	for i, r := range s {
		if i > 0 {
			return r, i
		}
	}
	return 0, len(s)
}

const longestGap = 30

// linkOf reads what stands between two chunks.
func (s *script) linkOf(a, b chunk) link {
	if b.span.Start-a.span.End > longestGap {
		return apart
	}
	gap := s.part(a.span.End, b.span.Start)
	said := squeeze(gap)
	if said == "" {
		return joined
	}
	bare := said
	for _, l := range sideLabels {
		bare = strings.ReplaceAll(bare, l.word, "")
	}
	if strip(bare, fillers) == "" && !anyIn(said, tailWords...) {
		return joined
	}
	if anySuffix(gap, "不是", "不是那个", "可不是", "而不是", "并不是") && len([]rune(said)) <= 8 {
		return negated
	}
	place := joined
	switch {
	case anyIn(said, tailWords...):
		place = tail
	case anyIn(said, headWords...):
		place = head
	case anyIn(said, middleWords...):
		place = middle
	}
	return s.linkByWords(gap, said, bare, place)
}

func (s *script) linkByWords(gap, said, bare string, place link) link {
	rest := strip(bare, gapNoise)
	mend := anyIn(gap, mends...)
	switch {
	case !mend && place != joined && len([]rune(rest)) <= 2:
		return place
	case mend && len([]rune(rest)) <= 3:
		if place != joined {
			return place
		}
		if strings.HasPrefix(bare, "是") && len([]rune(bare)) <= 3 {
			return instead
		}
		return correct
	}
	return apart
}

// numbers finds every number of the transcript.
func (r *reading) numbers() {
	chunks := scanDigits(r.script)
	for from := 0; from < len(chunks); {
		to := from + 1
		links := []link{apart}
		for to < len(chunks) && to-from < maxRun {
			l := r.linkOf(chunks[to-1], chunks[to])
			if l == apart {
				break
			}
			links = append(links, l)
			to++
		}
		r.said = append(r.said, r.settle(chunks[from:to], links)...)
		from = to
	}
	r.echoes()
}

// maxRun bounds the chunks that are weighed together.
const maxRun = 32

// settle works the corrections of a run out and groups what is left.
func (r *reading) settle(run []chunk, links []link) []number {
	links = slices.Clone(links)
	if r.negatedStart(run[0]) {
		links[0] = negated
	}
	for i, l := range links { // 不是46,是47
		if l == negated && i+1 < len(links) && (links[i+1] == joined || links[i+1] == correct) && strings.Contains(r.part(run[i].span.End, run[i+1].span.Start), "是") {
			links[i+1] = instead
		}
	}
	var held []chunk
	mended := false
	for i, c := range run {
		switch links[i] {
		case apart, joined:
			if r.isEcho(held, c) {
				continue
			}
			held = append(held, c)
		case negated:
			continue
		case instead:
			held = replaceIn(held, run[i-1], c)
			mended = true
		case head:
			held = replaceHead(held, c)
			mended = true
		case tail, middle, correct:
			held = r.mend(held, c, run[i+1:], links[i+1:], links[i])
			mended = true
		}
	}
	list := r.group(held)
	for i := range list {
		list[i].fixed = mended
	}
	return list
}

func (r *reading) negatedStart(c chunk) bool {
	return anySuffix(r.part(c.span.Start-6, c.span.Start), "不是") && !anySuffix(r.part(c.span.Start-6, c.span.Start), "是不是")
}

// isEcho reports that the agent says again what the caller just said.
func (r *reading) isEcho(held []chunk, c chunk) bool {
	if r.sideAt(c.span.Start) != Agent || len(held) == 0 {
		return false
	}
	return strings.HasSuffix(flat(held), c.digits)
}

func flat(list []chunk) string {
	var b strings.Builder
	for _, c := range list {
		b.WriteString(c.digits)
	}
	return b.String()
}

// replaceIn puts `now` where `was` stands in what is held, the last time.
func replaceIn(held []chunk, was, now chunk) []chunk {
	all := flat(held)
	at := strings.LastIndex(all, was.digits)
	switch {
	case at < 0 && len(now.digits) <= len(all) && len(now.digits) < 7:
		at = len(all) - len(now.digits)
		return append(take(held, at), now)
	case at < 0:
		return []chunk{now}
	}
	return slices.Concat(take(held, at), []chunk{now}, drop(held, at+len(was.digits)))
}

func replaceHead(held []chunk, c chunk) []chunk {
	if all := flat(held); len(all) > len(c.digits) {
		return append([]chunk{c}, drop(held, len(c.digits))...)
	}
	return append(held, c)
}

// take keeps the first n digits of a list, drop what is after them.
func take(list []chunk, n int) []chunk {
	var out []chunk
	for _, c := range list {
		if n <= 0 {
			break
		}
		if len(c.digits) > n {
			c.digits = c.digits[:n]
		}
		n -= len(c.digits)
		out = append(out, c)
	}
	return out
}

func drop(list []chunk, n int) []chunk {
	var out []chunk
	for _, c := range list {
		if n >= len(c.digits) {
			n -= len(c.digits)
			continue
		}
		c.digits, n = c.digits[n:], 0
		out = append(out, c)
	}
	return out
}

// mend puts a correction where it fits best: it may replace the last digits, the
// last group or the whole, and what makes a number of the right length and check
// character, and resembles what it replaces, is meant.
func (r *reading) mend(held []chunk, c chunk, later []chunk, links []link, how link) []chunk {
	rest := later
	for i, l := range links {
		if l != joined {
			rest = later[:i]
			break
		}
	}
	all := flat(held)
	if how == middle {
		return replaceMiddle(held, c)
	}
	if how == tail && r.worth(all) == 0 && r.worth(all+c.digits) > 0 {
		return append(held, c)
	}
	best, bestScore := held, -1<<30
	for k := range len(all) + 1 {
		try := append(take(held, len(all)-k), c)
		score := 4*r.worth(flat(try)+flat(rest)) + resemblance(all[len(all)-k:], c.digits) + edge(held, len(all)-k)
		if k == 0 {
			score -= 40
		}
		if how == tail && k == len(c.digits) {
			score += 60
		}
		if score > bestScore {
			best, bestScore = try, score
		}
	}
	return best
}

// replaceMiddle puts the middle group of a mobile number, or the date of an ID.
func replaceMiddle(held []chunk, c chunk) []chunk {
	all := flat(held)
	at := map[int]int{11: 3, 18: 6}[len(all)]
	if at == 0 || len(c.digits) > len(all)-at {
		return append(held, c)
	}
	return slices.Concat(take(held, at), []chunk{c}, drop(held, at+len(c.digits)))
}

// edge prefers a cut where the speaker paused.
func edge(list []chunk, at int) int {
	for _, c := range list {
		if at == 0 {
			return 6
		}
		at -= len(c.digits)
	}
	if at == 0 {
		return 6
	}
	return 0
}

// resemblance compares what would be replaced with what is said instead.
func resemblance(was, now string) int {
	score := 0
	for i := range min(len(was), len(now)) {
		if was[i] == now[i] {
			score += 3
		}
	}
	if len(was) == len(now) {
		score += 9
	} else {
		score -= 2 * max(len(was)-len(now), len(now)-len(was))
	}
	return score
}
