package interview

import (
	"encoding/json"
	"strings"
	"unicode/utf8"

	"lianou/core"
)

// kin is a word for a relative. Longer words stand before those they contain.
type kin struct {
	word     string
	relation core.Relation
	sex      core.Sex
}

var kinWords = []kin{
	{"儿媳妇", "other", "female"}, {"儿媳", "other", "female"}, {"女婿", "other", "male"},
	{"外孙女", "grandchild", "female"}, {"孙女", "grandchild", "female"}, {"外孙", "grandchild", "male"}, {"孙子", "grandchild", "male"}, {"孙", "grandchild", ""},
	{"姥姥", "grandparent", "female"}, {"奶奶", "grandparent", "female"}, {"姥爷", "grandparent", "male"}, {"爷爷", "grandparent", "male"},
	{"公公", "other", "male"}, {"婆婆", "other", "female"}, {"岳父", "other", "male"}, {"岳母", "other", "female"},
	{"父母", "parent", ""}, {"爸妈", "parent", ""}, {"爹娘", "parent", ""},
	{"老伴", "spouse", ""}, {"爱人", "spouse", ""}, {"对象", "spouse", ""},
	{"媳妇", "spouse", "female"}, {"老婆", "spouse", "female"}, {"妻子", "spouse", "female"}, {"丈夫", "spouse", "male"}, {"老公", "spouse", "male"}, {"男人", "spouse", "male"},
	{"儿子", "child", "male"}, {"闺女", "child", "female"}, {"女儿", "child", "female"}, {"丫头", "child", "female"}, {"小子", "child", "male"}, {"孩子", "child", ""}, {"娃", "child", ""},
	{"母亲", "parent", "female"}, {"妈", "parent", "female"}, {"娘", "parent", "female"}, {"父亲", "parent", "male"}, {"爸", "parent", "male"}, {"爹", "parent", "male"},
	{"哥", "other", "male"}, {"弟", "other", "male"}, {"姐", "other", "female"}, {"妹", "other", "female"}, {"侄", "other", ""}, {"叔", "other", "male"}, {"姑", "other", "female"},
}

// kinIn finds the relatives that a piece of text names, in order.
func kinIn(text string) []kin {
	var out []kin
	for len(text) > 0 {
		found := false
		for _, k := range kinWords {
			if strings.HasPrefix(text, k.word) {
				out, text, found = append(out, k), text[len(k.word):], true
				break
			}
		}
		if !found {
			_, size := utf8.DecodeRuneInString(text)
			text = text[size:]
		}
	}
	return out
}

// alone are the words of who lives alone.
var alone = []string{"没有", "没了", "没别人", "就我", "我自己", "一个人", "无", "没"}

// hearFamily reads who else lives there: "老伴71,儿子45,孙女8岁", "俩孩子,8岁和5岁".
func hearFamily(words string) (json.RawMessage, bool) {
	list := []relative{}
	for _, part := range strings.FieldsFunc(plain(words), func(r rune) bool { return strings.ContainsRune(",、;。和跟还", r) }) {
		ages := numerals(part)
		named := kinIn(part)
		if len(named) == 0 {
			giveAges(list, ages)
			continue
		}
		count := 1
		if n := countBefore(part, ages); n > 0 && len(named) == 1 {
			count, ages = n, ages[1:]
		}
		if w := named[0].word; w == "父母" || w == "爸妈" || w == "爹娘" {
			count = 2
		}
		from := len(list)
		for _, k := range named {
			for range count {
				list = append(list, k.relative())
			}
		}
		giveAges(list[from:], ages)
	}
	if len(list) == 0 && !containsAny(words, alone) {
		return nil, false
	}
	if len(list) >= core.MaxMembers {
		return nil, false
	}
	raw, err := json.Marshal(list)
	return raw, err == nil
}

func (k kin) relative() relative {
	r := relative{Relation: k.relation}
	if k.sex != "" {
		sex := k.sex
		r.Sex = &sex
	}
	return r
}

// countBefore is the number of 两个孩子: one that counts people and is no age.
func countBefore(part string, ages []numeral) int {
	if len(ages) == 0 {
		return 0
	}
	r := []rune(part)
	n := int(ages[0].hundredths / 100)
	after := ages[0].to
	people := after < len(r) && (r[after] == '个' || r[after] == '口') || strings.ContainsRune("俩仨", r[after-1])
	if !people || n < 1 || n > 10 {
		return 0
	}
	return n
}

// giveAges gives ages in order to those of a list who have none.
func giveAges(list []relative, ages []numeral) {
	for i := range list {
		if list[i].Age == nil && len(ages) > 0 {
			age := int(ages[0].hundredths / 100)
			list[i].Age, ages = &age, ages[1:]
		}
	}
}

func containsAny(text string, words []string) bool {
	for _, w := range words {
		if strings.Contains(text, w) {
			return true
		}
	}
	return false
}
