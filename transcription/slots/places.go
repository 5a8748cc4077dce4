package slots

import (
	"slices"
	"strings"

	"lianou/core"
)

// Words around the name of a place that say somebody lives there, or only was
// there.
var (
	awayAfter = []string{"打工", "上班", "干活", "工作", "住院", "看病", "上学", "念书", "读书", "做手术", "治", "医院", "买", "出差", "开会", "做生意", "出的事", "出车祸", "被车", "撞", "租房", "陪床", "政府", "民政", "法院", "派出所", "中学", "一中", "二中", "汽车站", "车站", "火车站", "服务中心", "大厅"}
	awayIn    = []string{"娘家", "婆家在", "嫁到", "以前住", "原来住", "之前住", "路过", "去", "不是", "打工在", "搬到", "从"}
)

type candidate struct {
	heard
	score int
}

// places proposes county, township and village. It never guesses between two: a
// township of one name in two counties leaves the county open.
func (r *reading) places(p *Proposal) {
	counties, towns := r.e.places.hear(r.script)
	cs, ts := r.weigh(counties), r.weigh(towns)
	for _, h := range append(slices.Clone(counties), towns...) {
		r.markPlace(h.span)
	}
	county, hasCounty := first(cs)
	ts = r.sayable(ts, cs)
	town, hasTown := pick(ts, cs)
	if !hasTown && hasCounty {
		town, hasTown = r.nearTown(county)
	}
	if hasTown {
		r.fillTown(p, town, ts, cs)
	}
	if p.County.Value.Code == "" && hasCounty && (!hasTown || !r.inTwo(town)) {
		if !hasTown || county.place.Code.Contains(town.place.Code) {
			p.County = foundPlace(county)
		}
	}
	if p.County.Value.Code == "" && hasCounty && hasTown && p.Township.Value.Code == "" {
		p.County = foundPlace(county)
	}
	r.village(p)
}

func (r *reading) markPlace(s Span) {
	for i := s.Start; i < s.End; i++ {
		r.placeAt[i] = true
	}
}

func foundPlace(c candidate) Found[Place] {
	sure := 0.9
	if c.short {
		sure = 0.7
	}
	return Found[Place]{Value: c.place, Spans: []Span{c.span}, Confidence: sure}
}

// weigh orders what was heard: what is corrected or denied falls away, what is
// only visited comes last.
func (r *reading) weigh(list []heard) []candidate {
	var out []candidate
	for _, h := range list {
		c := candidate{heard: h, score: 50}
		left, right := r.before(h.span.Start, 10), r.after(h.span.End, 10)
		left = left[strings.LastIndexFunc(left, pause)+1:]
		if i := strings.IndexFunc(right, pause); i >= 0 {
			right = right[:i]
		}
		switch {
		case anySuffix(left, "不是", "不是在", "不在", "不住") && !anySuffix(left, "是不是"):
			continue
		case r.takenBack(h.span):
			continue
		case anyIn(left, awayIn...) || anyIn(right, awayAfter...):
			c.score -= 30
		case anyIn(left, "户口", "户籍", "老家"):
			c.score += 5
		}
		if h.short {
			c.score -= 4
		}
		out = append(out, c)
	}
	slices.SortStableFunc(out, func(a, b candidate) int { return b.score - a.score })
	return out
}

// takenBack reports words of correction right after a name.
func (r *reading) takenBack(s Span) bool {
	right := squeeze(r.part(s.End, s.End+10))
	right = strings.TrimPrefix(strings.TrimPrefix(right, "的"), "人")
	return anyPrefix(right, "不对", "说错", "错了", "哦不", "啊不", "不不", "不是不是", "更正", "哎不", "口误", "不,是", "哎呀不", "呃不", "噢不") || anyPrefix(r.part(s.End, s.End+4), ",不是,", ",不,", "，不，", "。不,")
}

func first(list []candidate) (candidate, bool) {
	if len(list) == 0 {
		return candidate{}, false
	}
	return list[0], true
}

// sayable keeps short names of townships only where the words around make clear
// that a place is meant: 老城 after 武城, or 住四女寺.
func (r *reading) sayable(towns, counties []candidate) []candidate {
	return slices.DeleteFunc(towns, func(t candidate) bool {
		if !t.short {
			return false
		}
		left, right := r.part(t.span.Start-4, t.span.Start), r.part(t.span.End, t.span.End+4)
		for _, c := range counties {
			gap := t.span.Start - c.span.End
			if c.place.Code.Contains(t.place.Code) && gap >= 0 && (gap <= 2 || gap <= 12 && !anyIn(right, "路", "小区", "中学", "医院")) {
				return false
			}
		}
		if anyPrefix(right, "路", "小区", "中学", "医院", "大街", "大酒店", "超市", "公园", "学校", "小学", "书店", "广场", "家园") || len(counties) > 0 && len(t.said) < 3 {
			return true
		}
		at := anySuffix(left, "住", "住在", "家在", "家是", "我是", "俺是", "我在", "俺在", "们是", "就是", "家住", "俺", "老家", "口在", "口是") || r.pausedBefore(t.span.Start)
		place := right == "" || pause(firstRune(right)) || anyPrefix(right, "的", "这", "那", "人", "村", "底下", "下面", "镇")
		return !(at && place && (len(t.said) >= 3 || anySuffix(left, "住", "住在", "家在", "我是", "俺是", "我在", "俺在", "家住", "老家", "口在", "家是")))
	})
}

func (r *reading) pausedBefore(at int) bool { return at == 0 || pause(r.text[at-1]) }

func firstRune(s string) rune {
	for _, r := range s {
		return r
	}
	return 0
}

// pick prefers the township that lies in a county that was said.
func pick(towns, counties []candidate) (candidate, bool) {
	best, found := candidate{score: -1}, false
	for _, t := range towns {
		for _, c := range counties {
			if c.place.Code.Contains(t.place.Code) {
				t.score += 20 + (c.score-50)/2
				break
			}
		}
		if t.score > best.score {
			best, found = t, true
		}
	}
	return best, found
}

// inTwo reports a township name that several counties have.
func (r *reading) inTwo(t candidate) bool {
	n := 0
	for _, o := range r.e.places.towns {
		if o.Name == t.place.Name {
			n++
		}
	}
	return n > 1
}

func (r *reading) fillTown(p *Proposal, town candidate, towns, counties []candidate) {
	county := r.e.places.counties[town.place.Code.County()]
	said := slices.IndexFunc(counties, func(c candidate) bool { return c.place.Code == county.Code })
	rivals := map[core.RegionCode]bool{}
	for _, t := range towns {
		if t.span == town.span {
			rivals[t.place.Code.County()] = true
		}
	}
	switch {
	case said >= 0:
		p.County = foundPlace(counties[said])
	case len(counties) > 0 && counties[0].score >= 50-4 && town.score <= counties[0].score+10 && !counties[0].short:
		p.Township.Spans = []Span{town.span} // not in the county that was said: somebody has to ask
		return
	case len(rivals) <= 1 && !r.inTwo(town):
		p.County = Found[Place]{Value: county, Spans: []Span{town.span}, Confidence: 0.8}
	}
	p.Township = foundPlace(town)
	if p.County.Value.Code == "" {
		p.Township.Value.Code, p.Township.Confidence = "", 0.5
	}
}

// nearTown reads a township misheard by one character, when the county was said,
// at least two characters are right and only one township there is like it.
func (r *reading) nearTown(county candidate) (candidate, bool) {
	for i := county.span.End; i < len(r.text) && i < county.span.End+12; i++ {
		var match []candidate
		for _, t := range r.e.places.towns {
			name := []rune(t.Name)
			if len(name) < 4 || !county.place.Code.Contains(t.Code) || i+len(name) > len(r.text) {
				continue
			}
			differ := 0
			for k, c := range name {
				if r.text[i+k] != c {
					differ++
				}
			}
			if last := len(name) - 1; differ == 1 && r.text[i+last] == name[last] && !strings.ContainsRune("村的县", r.text[i]) {
				match = append(match, candidate{heard{spelling{name, t, true}, Span{i, i + len(name)}}, 40})
			}
		}
		if len(match) == 1 {
			return match[0], true
		}
	}
	return candidate{}, false
}

// village looks inside the township that is known, else for a full name that only
// one village of the county, or of the city, has.
func (r *reading) village(p *Proposal) {
	if code := p.Township.Value.Code; code != "" {
		r.villageIn(p, code)
		return
	}
	if len(p.Township.Spans) > 0 && p.Township.Value.Name == "" {
		return
	}
	for i := range r.text {
		if !r.has(i, "村") && !r.has(i, "社区") {
			continue
		}
		end := i + 1
		if r.text[i] == '社' {
			end++
		}
		for n := min(r.e.places.longest, end); n >= 3; n-- {
			var in []Place
			for _, v := range r.e.places.villages[r.part(end-n, end)] {
				if p.County.Value.Code == "" || p.County.Value.Code.Contains(v.Code) {
					in = append(in, v)
				}
			}
			if len(in) == 1 && (p.County.Value.Code != "" || n >= 4) {
				p.Village = Found[Place]{Value: in[0], Spans: []Span{{end - n, end}}, Confidence: 0.5}
				return
			}
			if len(in) > 0 {
				break
			}
		}
	}
}

func (r *reading) villageIn(p *Proposal, town core.RegionCode) {
	after := p.Township.Spans[0].End
	var best spelling
	at, score := -1, 0
	for _, v := range r.e.places.inTown[town] {
		if !strings.Contains(r.whole, string(v.said)) {
			continue
		}
		for i := 0; i+len(v.said) <= len(r.text); i++ {
			if r.text[i] != v.said[0] || !slices.Equal(v.said, r.text[i:i+len(v.said)]) || r.takenBack(Span{i, i + len(v.said)}) {
				continue
			}
			if r.inPlace(i) || r.inPlace(i+len(v.said)-1) {
				continue
			}
			s := len(v.said) * 10
			if i >= after && i-after <= 12 {
				s += 15
			} else if v.short {
				continue
			}
			if v.short && !r.placeEnds(i+len(v.said)) {
				continue
			}
			if s > score {
				best, at, score = v, i, s
			}
		}
	}
	if at < 0 {
		return
	}
	sure := 0.85
	if best.short {
		sure = 0.6
	}
	span := Span{at, at + len(best.said)}
	p.Village = Found[Place]{Value: best.place, Spans: []Span{span}, Confidence: sure}
	r.markPlace(span)
}

func (r *reading) placeEnds(at int) bool {
	return at >= len(r.text) || pause(r.text[at]) || strings.ContainsRune("的人村这那大", r.text[at])
}
