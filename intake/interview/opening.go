package interview

import (
	"slices"
	"strings"
)

// bare are the words of an opening that greets, or names what somebody asks for: none of
// them says what their difficulty is. Longer ones stand before those they contain.
var bare = longestFirst([]string{
	"你好", "您好", "在吗", "在不在", "有人吗", "有人", "请问", "麻烦", "打扰", "大姐", "大哥", "同志", "喂", "哎",
	"俺们", "我们", "俺", "我", "咱", "自己", "自个", "家里", "家", "给", "替", "帮",
	"想要", "想", "要", "打听", "咨询", "了解", "问问", "问", "申请", "办理", "办", "领", "报", "看看", "看", "一下", "下", "个", "点", "求助", "帮忙",
	"最低生活保障", "低保", "低保边缘", "低保户", "五保", "特困", "特困供养", "临时救助", "急难救助", "医疗救助", "大病救助", "教育救助", "住房救助", "就业救助", "社会救助", "救助金", "救助",
	"残疾人补贴", "残疾补贴", "两项补贴", "护理补贴", "高龄补贴", "高龄津贴", "养老补贴", "养老金", "补助", "补贴", "津贴", "公租房", "法律援助", "困难户",
	"怎么", "咋", "如何", "哪里", "哪", "啥", "什么", "能不能", "能", "可以", "行不行", "弄", "事", "的", "了", "吗", "呢", "吧", "啊", "呀", "不",
})

func longestFirst(list []string) []string {
	slices.SortStableFunc(list, func(a, b string) int { return len(b) - len(a) })
	return list
}

// OnlyOpens reports whether somebody's first words greet or name an item, and tell
// nothing: what their difficulty is must still be asked.
func OnlyOpens(words string) bool {
	said := plain(words)
	for _, w := range bare {
		said = strings.ReplaceAll(said, w, "|")
	}
	for _, k := range kinWords {
		said = strings.ReplaceAll(said, k.word, "|")
	}
	return han(said) == 0 && numerals(said) == nil
}
