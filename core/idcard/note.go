package idcard

import (
	"lianou/core"
)

// Note is the sentence that a person has to read about a card beside the fields it
// filled; "" where there is nothing to say. Wanted is the side that was asked for, stated
// the number that stands in the form already, by the person's own hand; zero for none.
// None of it keeps anybody from going on.
func (c Card) Note(wanted Side, stated core.IDNumber, today core.Date) string {
	switch {
	case wanted == Back && c.Side == Front:
		return "这一张是人像面。国徽面(有国徽、有效期限的那面)请再拍一张;拍不了,先交也行。"
	case wanted == Front && c.Side == Back:
		return "这一张是国徽面。人像面(有名字、有号码的那面)请再拍一张;拍不了,先交也行。"
	case c.Others(stated):
		return "照片上的身份证号和您填的不一样。您填的没有动。请对着身份证再看一遍;给别人办,要拍那个人的身份证。"
	case !c.Until().IsZero() && c.Until() < today:
		return "这张身份证过期了,先交也行。新的办下来以后再补一张。"
	}
	return ""
}

// Others reports whether the card shows another number than the one stated.
func (c Card) Others(stated core.IDNumber) bool {
	return !c.ID.IsZero() && !stated.IsZero() && c.ID != stated
}
