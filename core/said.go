package core

import (
	"strings"
	"unicode"
)

// Told reports whether s says something to somebody else: at least so many words (Said), and not
// the word of assent or hearsay alone that fits any question. "不行" was read to a family as the
// reason, and "同意" stood for what a second person had looked at.
func Told(s string, words int) bool {
	letters := []rune(strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) {
			return r
		}
		return -1
	}, s))
	if same := strings.Trim(string(letters), string(letters[:min(len(letters), 1)])); same == "" {
		return false // 嗯嗯
	}
	return Said(s, words) && !fitsAll(string(letters))
}

// fitsAll reports whether a text is one of those that answer whatever is asked.
func fitsAll(s string) bool {
	switch s {
	case "同意", "不同意", "听说", "听说的", "不行", "不可以", "可以", "行", "好", "好的", "是", "是的", "不是", "对", "对的", "错", "错了", "没有", "没错", "无", "属实", "情况属实", "不属实",
		"已核实", "核实", "核实过", "已核", "核过", "已看", "看过", "看过了", "已阅", "正常", "符合", "不符合", "通过", "不通过", "没问题", "没意见", "无异议", "知道", "知道了", "收到", "测试", "要改", "不改", "改":
		return true
	}
	return false
}

// Said reports whether s says at least so many words: each Chinese character is one, and so
// is each run of two or more other letters. Punctuation, figures and single letters are
// none: a "。" was read to a family as the reason, and an "x" stood as what they had said.
func Said(s string, words int) bool {
	run := 0 // of other letters
	for _, r := range s {
		switch {
		case unicode.Is(unicode.Han, r):
			words, run = words-1, 0
		case !unicode.IsLetter(r):
			run = 0
		default:
			if run++; run == 2 {
				words--
			}
		}
	}
	return words <= 0
}
