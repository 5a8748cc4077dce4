package interview

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"lianou/core"
)

// Words that are an answer to any question.
var (
	dunno = []string{"不知道", "不清楚", "说不准", "说不好", "记不得", "记不清", "不记得", "不晓得", "忘了", "不好说"}
	// Whole beginnings of an answer that are a yes or a no.
	yes = []string{"是", "有", "对", "嗯", "要", "能", "成", "行", "没错", "可不", "当然"}
	no  = []string{"没", "不", "无", "否"}
	// None, of a sum or a number.
	none = []string{"没有", "没花", "一分没", "没得", "无"}
	// None, of a bank card.
	noCard = []string{"没", "无", "还没", "俺没", "我没", "俺还没", "我还没", "现在没", "家里没", "不填", "先不填"}
	// What is counted and is no money: "一头牛" is not one yuan.
	noSum = []string{"头", "只", "亩", "套", "辆", "岁", "口", "月", "号", "棵", "级"}
	// What a sum is for.
	ofMonth = []string{"每个月", "一个月", "每月", "一月", "月月"}
	ofYear  = []string{"一年", "每年", "全年"}
)

// Hear reads an answer out of words that somebody typed or said. What it cannot read is
// KindInvalid with a sentence that says how to answer; it never guesses between two
// readings. "不清楚" in any words is an answer without a value.
func (iv *Interviewer) Hear(c *Conversation, step Step, words string) (Answer, error) {
	said := plain(words)
	if step.Question == nil || said == "" {
		return Answer{}, core.Invalid(step.Ref, "请说一句。")
	}
	if containsAny(said, dunno) && (step.Ref != storyKey || slices.Contains(dunno, strings.TrimRight(said, "。.!,了啊呀呢"))) {
		return Answer{}, nil
	}
	if step.Question.Type == TypeAccount && len(digits(said)) < 7 && beginsWith(said, noCard) {
		return Answer{}, nil // an officer sees that it is open
	}
	if step.About != nil {
		return iv.hearRound(c, step, said)
	}
	if said = step.Question.ownWords(said); said == "" {
		return Answer{}, step.Question.another(step.Ref)
	}
	raw, ok := step.Question.hear(said, c.On)
	if !ok {
		if err := step.Question.between(said); err != nil {
			return Answer{}, err
		}
		return Answer{}, core.Invalid(step.Ref, "没听明白。"+step.Question.howTo())
	}
	return Answer{Value: raw}, nil
}

// howTo is what to answer: the help, or the choice.
func (q *Question) howTo() string {
	switch {
	case q.Help != "":
		return q.Help
	case q.Type == TypeYesNo:
		return "请说有,还是没有。"
	case q.Type == TypeMoney:
		return "请说多少元,比如:三千五,或者 3500。"
	case q.Type == TypeNumber:
		return "请说个数。"
	case len(q.Options) > 0:
		var b strings.Builder
		b.WriteString("请说一个:")
		for i, o := range q.Options {
			if i > 0 {
				b.WriteString("、")
			}
			b.WriteString(strconv.Itoa(i+1) + " " + o.Say)
		}
		return b.String() + "。"
	}
	return "请再说一遍。"
}

// hear reads the value of one question.
func (q *Question) hear(said string, today core.Date) (json.RawMessage, bool) {
	switch q.Type {
	case TypeYesNo:
		return q.quoted(q.hearYesNo(said))
	case TypeChoice:
		if q.Key == shockDay {
			return hearMonth(said, today)
		}
		return hearChoice(q, said)
	case TypeMoney:
		return hearMoney(q.Key, said)
	case TypeNumber:
		return hearNumber(said)
	case TypeFamily:
		return hearFamily(said)
	case TypeMany:
		return hearMany(q, said)
	case TypeDisability:
		return hearDisability(q, said)
	case TypeParents:
		return hearParents(q, said)
	case TypeShocks:
		return hearShocks(q, said, today)
	case TypeID, TypePhone, TypeAccount:
		number := digits(said)
		return Text(number), len(number) >= 7
	}
	if strings.HasSuffix(q.Key, ".name") {
		return Text(said), nameLike(said)
	}
	return Text(said), true
}

// nameLike reports whether words can be a name: two to twenty characters, no digit,
// and no word that sentences have and names have not; the summary shows it.
func nameLike(said string) bool {
	n := utf8.RuneCountInString(said)
	return n >= 2 && n <= 20 && !strings.ContainsAny(said, "0123456789,。?!,?!了没俺我啥咋吗呢")
}

// quoted makes a yes or no of the form's own a string, as its other fields are.
func (q *Question) quoted(raw json.RawMessage, ok bool) (json.RawMessage, bool) {
	if ok && strings.HasPrefix(q.Key, "form/") {
		return Text(string(raw)), true
	}
	return raw, ok
}

// Text is a string as the value of an answer.
func Text(s string) json.RawMessage {
	raw, _ := json.Marshal(s) // a string always has a form
	return raw
}

// digits keeps what belongs to a number that is dictated.
func digits(said string) string {
	return strings.Map(func(r rune) rune {
		if d, ok := hanDigits[r]; ok {
			return rune('0' + d)
		}
		if isDigit(r) || r == 'X' || r == 'x' {
			return r
		}
		return -1
	}, said)
}

// hearYesNo reads a yes or a no: by what people say to this question, else by how the
// answer begins. What could be either is asked again: hunger taken for a no would be a
// family that nobody hurries to.
func (q *Question) hearYesNo(said string) (json.RawMessage, bool) {
	rest := said
	for _, w := range q.No {
		rest = strings.ReplaceAll(rest, w, "|")
	}
	against, speaks := rest != said, containsAny(rest, q.Yes)
	switch {
	case against && speaks:
		return nil, false
	case speaks:
		return json.RawMessage("true"), true
	case against:
		return json.RawMessage("false"), true
	}
	first := strings.FieldsFunc(said, func(r rune) bool { return strings.ContainsRune(",、;。!?.", r) })
	if len(first) == 0 {
		return nil, false
	}
	switch {
	case strings.HasPrefix(first[0], "没错"):
		return json.RawMessage("true"), true
	case beginsWith(first[0], no):
		return json.RawMessage("false"), true
	case beginsWith(first[0], yes) && !containsAny(first[0], no):
		return json.RawMessage("true"), true
	}
	return nil, false
}

func beginsWith(text string, words []string) bool {
	for _, w := range words {
		if strings.HasPrefix(text, w) {
			return true
		}
	}
	return false
}

// hearChoice finds the one option that the words are for.
func hearChoice(q *Question, said string) (json.RawMessage, bool) {
	if list := options(q, said); len(list) == 1 {
		return Text(list[0]), true
	}
	if n := numerals(said); len(n) == 1 && n[0].from == 0 && n[0].to >= len([]rune(said))-1 {
		if i := int(n[0].hundredths / 100); i >= 1 && i <= len(q.Options) {
			return Text(q.Options[i-1].Value), true
		}
	}
	return nil, false
}

// options are the options whose words are said; of words of which one contains the other
// the longer counts.
func options(q *Question, said string) []string {
	var found []string
	for {
		best, value := "", ""
		for _, o := range q.Options {
			for _, w := range append([]string{o.Say}, o.Words...) {
				if len(w) > len(best) && strings.Contains(said, w) {
					best, value = w, o.Value
				}
			}
		}
		if best == "" {
			return found
		}
		said = strings.ReplaceAll(said, best, "|")
		if len(found) == 0 || found[len(found)-1] != value {
			found = append(found, value)
		}
	}
}

// hearMoney reads yuan. Of a sum of a year said by the month it makes twelve, and the
// other way round: the summary says what was understood.
func hearMoney(key, said string) (json.RawMessage, bool) {
	if containsAny(said, []string{"欠", "债", "贷", "负", "亏"}) {
		return nil, false // a debt is no sum that one has
	}
	amount := said
	month, year := false, false
	for _, w := range ofMonth {
		month = month || strings.Contains(said, w)
		amount = strings.ReplaceAll(amount, w, "|")
	}
	for _, w := range ofYear {
		year = year || strings.Contains(said, w)
		amount = strings.ReplaceAll(amount, w, "|")
	}
	list := numerals(amount)
	if len(list) == 0 && (said == "没" || containsAny(said, none)) {
		return json.RawMessage("0"), true
	}
	if len(list) != 1 {
		return nil, false
	}
	if beginsWith(string([]rune(amount)[list[0].to:]), noSum) {
		return nil, false
	}
	sum := core.Fen(list[0].hundredths)
	switch {
	case strings.HasSuffix(key, "_12m") && month && !year:
		sum *= 12
	case strings.HasSuffix(key, "_month") && year && !month:
		sum /= 12
	}
	raw, err := json.Marshal(sum)
	return raw, err == nil
}

func hearNumber(said string) (json.RawMessage, bool) {
	list := numerals(said)
	if len(list) == 0 && (said == "没" || containsAny(said, none)) {
		return json.RawMessage("0"), true
	}
	if len(list) != 1 {
		return nil, false
	}
	n := list[0].hundredths / 100
	if r := []rune(said); list[0].to < len(r) && r[list[0].to] == '年' {
		n *= 12 // of a number of months said in years
	}
	return json.RawMessage(strconv.Itoa(int(n))), true
}
