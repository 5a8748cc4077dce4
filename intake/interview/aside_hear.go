package interview

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"lianou/core"
)

// deadKey is of a clause that says that somebody is dead: no answer to another question,
// and no fact of a member.
const deadKey = "dead"

// unsure are words by which a sentence is no plain fact: a denial, a wish, a fear, a
// question, somebody else's.
var unsure = []string{"没得", "不是", "没有", "没查", "没患", "怕", "要是", "如果", "万一", "听说", "是不是", "会不会", "能不能", "怀疑", "可能", "邻居", "别人", "人家孩子", "吗", "小时候", "前年", "早年", "以前", "那年", "大前年"}

var dead = []string{"没了", "走了", "去世", "过世", "死了", "不在了", "没得早", "走得早", "殁了"}

// beside finds what one clause says plainly. Without a value it is about that and no fact:
// a denial, a guess, and no answer to any other question either.
func (iv *Interviewer) beside(said string, today core.Date) (found []Beside) {
	kinSaid := kinIn(said)
	if key, value := hearThings(said); key != "" {
		return []Beside{{Key: key, Value: json.RawMessage(value)}}
	}
	if len(kinSaid) > 0 && containsAny(said, dead) {
		return []Beside{{Key: deadKey}}
	}
	if containsAny(said, unsure) {
		if key, _ := hearIll(said, iv); key != "" {
			return []Beside{{Key: key, Who: whoSaid(said, kinSaid)}}
		}
		return nil
	}
	put := func(key string, who *Who, raw json.RawMessage) {
		found = append(found, Beside{Key: key, Who: who, Value: raw})
	}
	if who := whoSaid(said, kinSaid); who != nil {
		for _, read := range []func(string, *Interviewer) (string, json.RawMessage){hearIll, hearGrade, hearSchool, hearBed, hearWork} {
			if key, raw := read(said, iv); key != "" {
				put(key, who, raw)
			}
		}
		if age, ok := ageSaid(said, who); ok {
			put("age", who, json.RawMessage(strconv.Itoa(age)))
		} else if ageGuessed(said) {
			put("age", who, nil)
		}
	}
	if raw, ok := hearStatus(said, iv); ok {
		put("statuses", nil, raw)
	}
	if containsAny(said, []string{"租房", "租的房", "房子是租", "房是租", "赁房", "租人家的房"}) && !strings.Contains(said, "不租") {
		put("renting", nil, json.RawMessage("true"))
	}
	if raw, ok := shockSaid(said, today); ok {
		put("shocks", nil, raw)
	}
	return found
}

// whoSaid is whom a clause is about: one relative, or who speaks.
func whoSaid(said string, kinSaid []kin) *Who {
	switch {
	case len(kinSaid) == 1 && !containsAny(said, []string{"俩", "两个", "仨", "都"}):
		return &Who{Relation: kinSaid[0].relation, Sex: kinSaid[0].sex}
	case len(kinSaid) == 0 && containsAny(said, []string{"我", "俺", "咱", "本人"}) && !containsAny(said, []string{"我们", "俺们", "俺家", "我家", "咱家"}):
		return &Who{Relation: "applicant"}
	}
	return nil
}

// hearIll reads an illness that somebody has.
func hearIll(said string, iv *Interviewer) (string, json.RawMessage) {
	if !containsAny(said, []string{"得", "查出", "患", "确诊", "诊断", "是", "有"}) {
		return "", nil
	}
	q := *iv.form.question("members/*/illness")
	q.Options = nil
	for _, o := range iv.form.question("members/*/illness").Options {
		switch o.Value {
		case "none":
		case "serious":
			q.Options = append(q.Options, Option{Value: o.Value, Say: "大病", Words: []string{"尿毒症", "癌", "脑瘤", "肿瘤", "脑梗", "脑出血", "心梗"}})
		default:
			q.Options = append(q.Options, o)
		}
	}
	if found := options(&q, said); len(found) == 1 {
		return "illness", Text(found[0])
	}
	return "", nil
}

func hearGrade(said string, iv *Interviewer) (string, json.RawMessage) {
	if !strings.Contains(said, "残") {
		return "", nil
	}
	raw, ok := hearDisability(iv.form.question("members/*/disability"), said)
	if !ok || string(raw) == "{}" {
		return "", nil
	}
	return "disability", raw
}

// hearSchool reads a school beyond the compulsory one, of which there are two kinds.
func hearSchool(said string, iv *Interviewer) (string, json.RawMessage) {
	if !containsAny(said, []string{"上", "念", "读"}) || containsAny(said, []string{"没上", "没念", "没读", "考", "毕业"}) {
		return "", nil
	}
	found := options(iv.form.question("members/*/school_stage"), said)
	if len(found) != 1 || found[0] == "none" || found[0] == "compulsory_day" && !strings.Contains(said, "走读") {
		return "", nil
	}
	return "school_stage", Text(found[0])
}

func hearBed(said string, _ *Interviewer) (string, json.RawMessage) {
	if !containsAny(said, []string{"瘫在床", "瘫床", "瘫痪", "卧床", "离不开人", "离不了人", "下不了床"}) {
		return "", nil
	}
	return "needs_long_term_care", json.RawMessage("true")
}

func hearWork(said string, _ *Interviewer) (string, json.RawMessage) {
	if !containsAny(said, []string{"干不了活", "干不动", "不能干活", "没法干活", "下不了地", "干不成活"}) {
		return "", nil
	}
	return "work_ability", Text("none")
}

func hearStatus(said string, iv *Interviewer) (json.RawMessage, bool) {
	if !containsAny(said, []string{"是", "吃", "享受", "拿着"}) || containsAny(said, []string{"想", "申请", "办", "停", "取消", "要", "给"}) {
		return nil, false
	}
	found := options(iv.form.question("statuses"), said)
	if len(found) != 1 {
		return nil, false
	}
	return encode(found)
}

// ageSaid reads "俺今年79了", "孙子8岁". "快八十了" is no age.
func ageSaid(said string, who *Who) (int, bool) {
	list := numerals(said)
	if len(list) != 1 || containsAny(said, []string{"快", "多岁", "来岁", "虚岁", "大概", "左右"}) {
		return 0, false
	}
	r := []rune(said)
	n, after := int(list[0].hundredths/100), string(r[list[0].to:])
	if strings.HasPrefix(after, "岁") {
		return n, n < 120
	}
	if who.Relation != "applicant" || n < 16 || n > 110 || after != "" && after != "了" && after != "啦" {
		return 0, false
	}
	before := string(r[:list[0].from])
	for _, w := range []string{"俺", "我", "咱", "本人", "今年", "都", "已经", "也"} {
		before = strings.ReplaceAll(before, w, "")
	}
	return n, before == ""
}

// ageGuessed reports whether words are about an age that nobody can count on.
func ageGuessed(said string) bool {
	n := len(numerals(said))
	return n > 0 && (strings.Contains(said, "岁") || strings.Contains(said, "快") && containsAny(said, []string{"了", "啦"}) && !containsAny(said, []string{"块", "元", "万", "钱"}))
}

// shockWords are what can be nothing else, told beside another question: "烧" may be a
// fever.
var shockWords = []struct {
	kind  core.ShockKind
	words []string
}{
	{"fire", []string{"着火", "失火", "火灾", "着了火"}},
	{"traffic", []string{"车祸", "交通事故", "叫车撞", "让车撞", "被车撞"}},
	{"accident", []string{"工伤", "摔断", "摔伤", "砸伤", "摔折"}},
	{"disaster", []string{"淹", "涝", "洪水", "冰雹", "雹子", "绝收", "地震", "台风"}},
	{"job_loss", []string{"下岗", "被裁", "失业", "丢了工作", "厂子倒闭"}},
}

func shockSaid(said string, today core.Date) (json.RawMessage, bool) {
	var kinds []core.ShockKind
	for _, w := range shockWords {
		if containsAny(said, w.words) {
			kinds = append(kinds, w.kind)
		}
	}
	if len(kinds) != 1 {
		return nil, false
	}
	day, _ := dayIn(said, today)
	return encode([]event{{Kind: kinds[0], Date: day}})
}

// household finds who lives there where a message says so plainly: "两口人,俺跟孙子",
// "就俺一个人". used are the clauses that say it. A count that does not fit who is named
// leaves it to the question.
func (iv *Interviewer) household(s *state, step Step, parts []string) (json.RawMessage, map[int]bool) {
	used := map[int]bool{}
	if step.Ref == "members" || s.passed["members"] || !s.speaksForSelf() {
		return nil, used
	}
	count, with := 0, []string{}
	for i, part := range parts {
		said := plain(part)
		n := peopleSaidIn(said)
		together := containsAny(said, []string{"一起过", "一块过", "一块儿过", "过日子", "一起住", "一块住", "相依为命", "就俺", "就我", "就咱", "就剩"})
		switch {
		case containsAny(said, unsure) || containsAny(said, dead):
			continue
		case n == 1 && containsAny(said, []string{"就", "口人", "过", "自己"}):
			count, used[i] = 1, true
		case n > 0 && strings.Contains(said, "口"):
			count, used[i] = n, true
		}
		if len(kinIn(said)) > 0 && containsAny(said, []string{"我", "俺", "咱"}) && containsAny(said, []string{"跟", "和", "与", "带着", "领着", "还有"}) && (together || count > 1 || n > 1) {
			with, used[i] = append(with, said), true
		}
	}
	if count == 1 && len(with) == 0 {
		return json.RawMessage("[]"), used
	}
	list, ok := relativesSaid(with)
	if !ok || count > 0 && count != len(list)+1 {
		for i := range used {
			used[i] = count > 0 // "四口人" is no answer to another question
		}
		return nil, used
	}
	raw, _ := encode(list)
	return raw, used
}

// peopleSaidIn is how many people a clause counts; 0 where it counts none.
func peopleSaidIn(said string) int {
	r := []rune(said)
	for _, n := range numerals(said) {
		after, count := string(r[n.to:]), int(n.hundredths/100)
		if beginsWith(after, []string{"口人", "口子", "个人", "口", "人"}) || strings.ContainsRune("俩仨", r[n.to-1]) {
			return count
		}
	}
	return 0
}

// relativesSaid reads the relatives of clauses, without the words that count them.
func relativesSaid(with []string) ([]relative, bool) {
	var out []relative
	for _, said := range with {
		for _, n := range slices.Backward(numerals(said)) {
			r := []rune(said)
			after := string(r[n.to:])
			for _, w := range []string{"口人", "口子", "个人", "口", "人"} {
				if strings.HasPrefix(after, w) {
					said = string(r[:n.from]) + strings.TrimPrefix(after, w)
					break
				}
			}
		}
		for _, w := range []string{"爷孙俩", "祖孙俩", "爷俩", "娘俩", "娘仨", "爷仨", "俩人", "一起", "一块儿", "一块"} {
			said = strings.ReplaceAll(said, w, "")
		}
		raw, ok := hearFamily(said)
		var list []relative
		if !ok || json.Unmarshal(raw, &list) != nil {
			return nil, false
		}
		out = append(out, list...)
	}
	return out, len(out) > 0
}
