package wording

import (
	"fmt"
	"regexp"
	"strings"
	"sync"
	"unicode"

	"golang.org/x/text/width"
)

// Bounds of citizen texts, in characters without spaces.
const (
	MaxSentence     = 40 // no sentence is longer
	MaxSentenceMean = 25 // and on average none longer than this
)

// forbidden are the words no citizen text may hold; each has a plain twin in
// what this package says instead.
func forbidden() []string {
	return []string{
		"尊敬的", "亲,", "亲\uff0c", "亲爱的", "耐心等待", "不予受理", "材料不全", "经核查", "不符合条件", "系统异常",
		"稍后再试", "实名认证", "申请人", "受益人", "户籍地", "家庭人均月收入", "义务人", "审核流程",
		"未按要求", "逾期", "后果自负", "否则", "!", "\uff01", "%", "\uff05", "请知悉", "特此通知",
	}
}

// impostors are what somebody asks for who only says to be us: money, a code, a card, a tap
// on a link. Our texts name them only to say that we never ask (F69; wording.md): people
// learn that whoever does is not us.
func impostors() []string {
	return []string{"转账", "汇款", "打款", "手续费", "保证金", "押金", "交钱", "收钱", "交费", "缴费", "工本费", "验证码", "登录码", "动态码", "密码", "卡号", "链接", "http", "扫码"}
}

// asks reports what a sentence asks for that nobody may ask for in our name; "" for nothing.
// It is judged clause by clause: one that says that we do not, or that nobody should, warns
// of it, and one that tells nobody to do anything, such as the label of a field, asks for
// nothing.
func asks(sentence string) string {
	for _, clause := range strings.FieldsFunc(thousands().ReplaceAllString(strings.ToLower(width.Narrow.String(sentence)), "$1$2"), func(r rune) bool { return strings.ContainsRune(",、:", r) }) {
		if warns(clause) || !urges(clause) {
			continue
		}
		if pays().MatchString(clause) {
			return "交钱"
		}
		for _, w := range impostors() {
			if strings.Contains(clause, w) {
				return w
			}
		}
	}
	return ""
}

// urges reports whether a clause tells somebody to do something.
func urges(clause string) bool {
	if strings.ContainsAny(clause, "请把需先点交缴付转汇") {
		return true
	}
	for _, w := range []string{"告诉我们", "报给", "报一下", "念给", "发来", "发给", "发到我", "输入", "填上您", "要您"} {
		if strings.Contains(clause, w) {
			return true
		}
	}
	return false
}

// pays finds a sum that somebody is to hand over: 交 20 元. What we pay is 打到卡上 or 发.
var pays = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`[交缴付转汇].{0,5}[0-9][0-9,.]* ?元`) })

// thousands finds the comma of a number, which parts no clause.
var thousands = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`([0-9]),([0-9])`) })

// warns reports whether a clause says that nothing of it is asked for, and nobody should.
func warns(clause string) bool {
	for _, w := range []string{"不收", "不要", "不会", "不用", "没有人", "别给", "别点", "别告诉", "都不给"} {
		if strings.Contains(clause, w) {
			return true
		}
	}
	return false
}

// Lint gives what is wrong with a citizen text, or nothing: sentences over the
// bounds and words that are not said in the street. Staff may see its findings
// while they write a reason.
func Lint(text string) []string {
	var out []string
	for _, w := range forbidden() {
		if strings.Contains(text, w) {
			out = append(out, "用词:"+w)
		}
	}
	total, count := 0, 0
	for _, s := range Sentences(text) {
		n := length(s)
		if w := asks(s); w != "" {
			out = append(out, "像骗子的话:"+w)
		}
		if n > MaxSentence {
			out = append(out, fmt.Sprintf("句子太长(%d字):%s", n, s))
		}
		total, count = total+n, count+1
	}
	if count > 0 && total > MaxSentenceMean*count {
		out = append(out, fmt.Sprintf("句子平均 %d 字", total/count))
	}
	return out
}

// LintNotice gives what is wrong with a whole message that goes out by itself: what Lint
// finds, and a message about money that does not end with whom to ask. Who gets an unexpected
// one rings the number under it, and that must be ours (wording.md). Only the promise may
// stand behind.
func LintNotice(text string) []string {
	out := Lint(text)
	body := strings.TrimSpace(strings.ReplaceAll(text, Promise, ""))
	if !strings.ContainsAny(body, "元钱卡") && !strings.Contains(body, "停发") {
		return out
	}
	if all := Sentences(body); !strings.Contains(all[len(all)-1], Hotline) {
		out = append(out, "说到钱,最后没写 "+Hotline)
	}
	return out
}

// Sentences splits a text at full stops, question marks, semicolons and line
// ends; empty pieces are left out.
func Sentences(text string) []string {
	var out []string
	for _, s := range strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune("。?;\uff1b\uff1f\uff01\n", r) }) {
		if s = strings.TrimSpace(s); length(s) > 0 {
			out = append(out, s)
		}
	}
	return out
}

func length(s string) int {
	n := 0
	for _, r := range s {
		if !unicode.IsSpace(r) {
			n++
		}
	}
	return n
}
