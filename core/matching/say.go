package matching

import (
	"strconv"

	"lianou/core"
	"lianou/core/policy"
)

// sampleMark follows every number that is not the real standard of the place.
const sampleMark = "(样本)"

// appendValue writes a fact's value as people say it, unit included where the
// sentence does not already hold one.
func appendValue(buf []byte, f *policy.Fact, v int64) []byte {
	switch f.Unit {
	case policy.UnitBool:
		if v == 1 {
			return append(buf, policy.Yes...)
		}
		return append(buf, policy.No...)
	case policy.UnitEnum:
		return append(buf, f.Said[v]...)
	case policy.UnitDays:
		if v == policy.NoShock {
			return append(buf, "没有"...)
		}
	}
	return appendNumber(buf, f.Unit, v)
}

func appendLimit(buf []byte, unit policy.Unit, v int64, sample bool) []byte {
	buf = appendNumber(buf, unit, v)
	if sample {
		buf = append(buf, sampleMark...)
	}
	return buf
}

func appendNumber(buf []byte, unit policy.Unit, v int64) []byte {
	switch unit {
	case policy.UnitFen:
		return append(appendHundredths(buf, v, true), " 元"...)
	case policy.UnitM2:
		return append(appendHundredths(buf, v, false), " 平方米"...)
	case policy.UnitYears:
		return append(strconv.AppendInt(buf, v, 10), " 岁"...)
	case policy.UnitMonths:
		return append(strconv.AppendInt(buf, v, 10), " 个月"...)
	case policy.UnitDays:
		return append(strconv.AppendInt(buf, v, 10), " 天"...)
	default:
		return strconv.AppendInt(buf, v, 10)
	}
}

// appendHundredths writes a number of hundredths: whole when it is whole, with
// grouped thousands for money. It avoids the allocations of core.Fen.String.
func appendHundredths(buf []byte, v int64, grouped bool) []byte {
	if v < 0 {
		buf, v = append(buf, '-'), -v
	}
	start := len(buf)
	buf = strconv.AppendInt(buf, v/100, 10)
	if grouped {
		for i := len(buf) - 3; i > start; i -= 3 {
			buf = append(buf, 0)
			copy(buf[i+1:], buf[i:])
			buf[i] = ','
		}
	}
	if c := v % 100; c != 0 {
		buf = append(buf, '.', byte('0'+c/10), byte('0'+c%10))
	}
	return buf
}

// MemberSaid names a member to the person we speak with.
func MemberSaid(m *core.Member) string {
	name := "家里人"
	male := m.Sex != nil && *m.Sex == "male"
	female := m.Sex != nil && *m.Sex == "female"
	pick := func(he, she, either string) string {
		switch {
		case male:
			return he
		case female:
			return she
		}
		return either
	}
	switch m.Relation {
	case "applicant":
		return "您本人"
	case "spouse":
		return "您的爱人"
	case "child":
		name = pick("您的儿子", "您的女儿", "您的孩子")
	case "parent":
		name = pick("您的父亲", "您的母亲", "您的父亲或母亲")
	case "grandparent":
		name = pick("您的爷爷", "您的奶奶", "您的爷爷或奶奶")
	case "grandchild":
		name = pick("您的孙子", "您的孙女", "您的孙辈")
	}
	if m.Age == nil {
		return name
	}
	return name + "(" + strconv.Itoa(*m.Age) + " 岁)"
}
