package payout

import "fmt"

// SayMonth says yyyymm as people do: 2026 年 3 月. What is no month stays as it is.
func SayMonth(period string) string {
	p, err := ParsePeriod(period)
	if err != nil {
		return period
	}
	return fmt.Sprintf("%d 年 %d 月", p.Start().Time().Year(), p.Month())
}
