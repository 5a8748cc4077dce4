package interview

import (
	"encoding/json"
	"slices"
	"unicode/utf8"

	"lianou/core"
)

// maxWords is the longest answer in free words.
const maxWords = 2000

// field holds the answer to a question of the form itself to its type. What only the
// intake can know (whether a place exists, whose number it is) it says later.
func (q *Question) field(raw json.RawMessage, today core.Date) error {
	var v string
	if json.Unmarshal(raw, &v) != nil || !utf8.ValidString(v) {
		return core.Invalid(q.Key, "没听明白,请再说一遍。")
	}
	var err error
	switch q.Type {
	case TypeID:
		_, err = core.ParseID(v, today)
	case TypePhone:
		_, err = core.ParsePhone(v)
	case TypeAccount:
		_, err = core.ParseBankAccount(v)
	case TypeRegion:
		_, err = core.ParseRegion(v)
	case TypeYesNo:
		if v != "true" && v != "false" {
			err = core.Invalid(q.Key, "请说有,还是没有。")
		}
	case TypeChoice:
		if !slices.ContainsFunc(q.Options, func(o Option) bool { return o.Value == v }) {
			err = core.Invalid(q.Key, "请从里面选一个。")
		}
	default:
		if n := utf8.RuneCountInString(v); n == 0 || n > maxWords {
			err = core.Invalid(q.Key, "请说得短一点。")
		}
	}
	if err != nil {
		return core.Known(err)
	}
	return nil
}
