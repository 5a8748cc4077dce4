package rulebook_test

import (
	"testing"

	"lianou/core/policy"
	"lianou/core/rulebook"
)

// TestALimitIsFoundInWords: a number is found in a sentence in digits and in words, in the unit
// of its limit or in another that comes to the same; what only has a numeral in it is none.
//
// Red, with the digits alone: every line but the first two; with digits that name a limit whatever
// they count, as it was: 60 天 and 60 元.
func TestALimitIsFoundInWords(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		sentence string
		unit     policy.Unit
		limit    int64 // in thousandths
		want     string
	}{
		{"{member}已满 60 岁。", policy.UnitYears, 60_000, "60 岁"},
		{"{member}没工作还不到 12 个月。", policy.UnitMonths, 12_000, "12 个月"},
		{"{member}已满六十岁。", policy.UnitYears, 60_000, "六十岁"},
		{"年满六十周岁的{member}。", policy.UnitYears, 60_000, "六十周岁"},
		{"{member}已满\uff16\uff10岁\uff0c可以办。", policy.UnitYears, 60_000, "60岁"},
		{"{member}满陆拾岁。", policy.UnitYears, 60_000, "陆拾岁"},
		{"{member}年满六十,可以办。", policy.UnitYears, 60_000, "六十"},
		{"{member}在十六到五十九岁之间。", policy.UnitYears, 16_000, "十六岁"},
		{"{member}在十六到五十九岁之间。", policy.UnitYears, 59_000, "五十九岁"},
		{"{member}没有一级或二级残疾证。", policy.UnitCount, 2_000, "二级"},
		{"{member}没有一、二级残疾证。", policy.UnitCount, 1_000, "一级"},
		{"{member}的残疾证是三四级。", policy.UnitCount, 3_000, "三四级"},
		{"没工作三个月了。", policy.UnitMonths, 3_000, "三个月"},
		{"没工作还不到 1 年。", policy.UnitMonths, 12_000, "1 年"},
		{"没工作半年了。", policy.UnitMonths, 6_000, "半年"},
		{"没工作一年半了。", policy.UnitMonths, 18_000, "一年半"},
		{"没工作两个半月了。", policy.UnitMonths, 2_500, "两个半月"},
		{"最近三个月没有急难。", policy.UnitDays, 90_000, "三个月"},
		{"两个星期里办完。", policy.UnitDays, 14_000, "两个星期"},
		{"收入的一半。", policy.UnitRatio, 500, "一半"},
		{"收入的百分之六十。", policy.UnitRatio, 600, "百分之六十"},
		{"收入的 60%。", policy.UnitRatio, 600, "60%"},
		{"收入的六成。", policy.UnitRatio, 600, "六成"},
		{"不低于低保标准的一倍半。", policy.UnitRatio, 1_500, "一倍半"},
		{"低于两倍低保标准。", policy.UnitRatio, 2_000, "两倍"},
		{"存款不超过一百零五元。", policy.UnitFen, 105_000, "一百零五元"},
		{"存款不超过一百八十块。", policy.UnitFen, 180_000, "一百八十块"},
		{"存款不超过三万五千元。", policy.UnitFen, 35_000_000, "三万五千元"},
		{"存款不超过 1.5 万元。", policy.UnitFen, 15_000_000, "1.5 万元"},
		{"存款不超过 11,520 元。", policy.UnitFen, 11_520_000, "11520 元"},
		{"家里只有这一处房。", policy.UnitCount, 1_000, "一处"},

		{"{member}已满 65 岁。", policy.UnitYears, 60_000, ""},
		{"{member}已满六十五岁。", policy.UnitYears, 60_000, ""},
		{"{member}和以前一样,都统一办。", policy.UnitCount, 1_000, ""},
		{"万一家里出了事,千万别急,第一个月就来。", policy.UnitCount, 1_000, ""},
		{"老百姓十分着急。", policy.UnitCount, 10_000, ""},
		{"没工作六十天了。", policy.UnitYears, 60_000, ""},
		{"星期一到镇上。", policy.UnitCount, 1_000, ""},
		{"没工作 60 天了。", policy.UnitYears, 60_000, ""},
		{"每月 60 元。", policy.UnitYears, 60_000, ""},
	} {
		if got := rulebook.NameOf(c.sentence, c.unit, c.limit); got != c.want {
			t.Errorf("%s: %q, want %q", c.sentence, got, c.want)
		}
	}
}
