package wording

import "testing"

// Control: leave twos out, or read the date after the numbers.
func TestAloud(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"平均每人每月收入 520 元,线是 480 元(样本)。": "平均每人每月收入五百二十元,线是四百八十元(样本)。",
		"多 11,520.05 元。":         "多一万一千五百二十元零五分。",
		"到 2024年9月8日就满 60 岁。":    "到二零二四年九月八号就满六十岁。",
		"3月4日见。":                 "三月四号见。",
		"差 2 样,有 2 处房,残疾证是 2 级。": "差两样,有两处房,残疾证是二级。",
		"还差 2 个月,平均 12.5 平方米。":   "还差两个月,平均十二点五平方米。",
		"打 12345。":               "打幺二三四五。",
		"没有数字。":                  "没有数字。",
	} {
		if got := Aloud(text); got != want {
			t.Errorf("%s is read %s, want %s", text, got, want)
		}
	}
}
