package people

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"lianou/channels/desk"
	"lianou/core"
	"lianou/core/registry"
)

// Above these, in yuan, lies a slip of the pen: 99,999,999 yuan a head and month was taken
// without a question.
const (
	mostAMonth = 1_000_000 // a head
	mostMoney  = 10_000_000
)

// Money reports whether a fact is an amount.
func (c claim) Money() bool { return strings.HasPrefix(c.Unit, "元") }

// leaps asks about a sum of more than ten times what stands, or less than a tenth; nil for none.
func (c claim) leaps(becomes json.RawMessage) []unsure {
	var was, then core.Fen
	if !c.Money() || was.UnmarshalJSON(c.was) != nil || then.UnmarshalJSON(becomes) != nil || was <= 0 || then <= was*10 && then*10 >= was {
		return nil
	}
	return []unsure{{"改得很多", "「" + c.Label + "」现在登记的是 " + c.Value + ",要改成 " + desk.SayFact(c.Home, c.Key, 1, becomes) + ",差了十倍以上。多写一个零、少写一个零,都会这样。"}}
}

// fits holds what was typed to the limits of the fact, in a sentence that names both. Errors:
// KindInvalid.
func (c claim) fits(becomes json.RawMessage) error {
	if most, is := core.CountLimit(c.Key); is {
		if n, err := strconv.Atoi(string(becomes)); err != nil || n < 0 || n > most {
			return core.Invalid("becomes", fmt.Sprintf("「%s」写 0 到 %d 当中的一个整数。", c.Label, most))
		}
	}
	if c.Money() {
		return c.affords(becomes)
	}
	facts, err := json.Marshal(map[string]json.RawMessage{c.Key: becomes})
	if err != nil || registry.CheckFacts(facts, !c.Home) != nil {
		return core.Invalid("becomes", "「"+c.Label+"」填得不对,看一下数和单位。")
	}
	return nil
}

// affords holds a sum to its ceiling.
func (c claim) affords(becomes json.RawMessage) error {
	most := core.Yuan(mostMoney)
	if c.Key == incomeEach {
		most = core.Yuan(mostAMonth)
	}
	var then core.Fen
	if then.UnmarshalJSON(becomes) != nil || then > most {
		return core.Invalid("becomes", "「"+c.Label+"」最多写 "+most.Short()+" "+c.Unit+",看一下是不是多写了几位。")
	}
	return nil
}
