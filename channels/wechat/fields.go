package wechat

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// rules are the limits of subscribe-message fields by the kind in their key. WeChat
// refuses a whole message for one field (47003), so they are checked before sending.
var rules = map[string]*regexp.Regexp{
	"thing":            regexp.MustCompile(`^(?s).{1,20}$`),
	"number":           regexp.MustCompile(`^[0-9]{1,32}$|^[0-9]{1,29}\.[0-9]{1,2}$`),
	"letter":           regexp.MustCompile(`^[A-Za-z]{1,32}$`),
	"symbol":           regexp.MustCompile(`^[^\pL\pN\s]{1,5}$`),
	"character_string": regexp.MustCompile(`^[!-~]{1,32}$`),
	"time":             ranged(`(?:\d{4}年\d{1,2}月\d{1,2}日(?: ?(?:[01]?\d|2[0-3]):[0-5]\d(?::[0-5]\d)?)?|(?:[01]?\d|2[0-3]):[0-5]\d(?::[0-5]\d)?)`),
	"date":             ranged(`\d{4}年\d{1,2}月\d{1,2}日(?: (?:[01]?\d|2[0-3]):[0-5]\d)?`),
	"amount":           regexp.MustCompile(`^[¥$€£]?[0-9,]{1,13}(\.[0-9]{1,2})?元?$`),
	"phone_number":     regexp.MustCompile(`^[0-9+\-*#() ]{1,17}$`),
	"car_number":       regexp.MustCompile(`^.{1,8}$`),
	"name":             regexp.MustCompile(`^[\p{Han}·]{1,10}$|^[A-Za-z ]{1,20}$`),
	"enum":             regexp.MustCompile(`^\S{1,20}$`), // and one of the template's list, see Template.Enums
	"phrase":           regexp.MustCompile(`^\p{Han}{1,5}$`),
}

// ranged is one moment, or two with a wave between.
func ranged(one string) *regexp.Regexp {
	return regexp.MustCompile(`^` + one + `(?: ?[~\x{FF5E}] ?` + one + `)?$`)
}

// ruleOf gives the rule a key's kind names: "thing1" is a thing.
func ruleOf(key string) *regexp.Regexp {
	kind := strings.TrimRightFunc(key, unicode.IsDigit)
	if kind == key {
		return nil
	}
	return rules[kind]
}

func fits(key, value string) bool {
	rule := ruleOf(key)
	return rule != nil && value != "" && utf8.ValidString(value) && rule.MatchString(value)
}

// shorten cuts what only a thing can bear to lose: its end.
func shorten(key, value string) string {
	const most = 20
	if strings.HasPrefix(key, "thing") && utf8.RuneCountInString(value) > most {
		return string([]rune(value)[:most-1]) + "…"
	}
	return value
}
