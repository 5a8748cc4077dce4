package core

// RegionCode is a statistical division code (统计用区划代码) of 6 digits (city or
// county), 9 (township) or 12 (village or community). domain.md 5.
type RegionCode string

// DezhouCity is the code of the whole city.
const DezhouCity RegionCode = "371400"

// ParseRegion accepts 6, 9 or 12 digits inside Dezhou. Whether the place exists
// is the registry's to say. Errors are KindInvalid.
func ParseRegion(s string) (RegionCode, error) {
	ok := len(s) == 6 || len(s) == 9 || len(s) == 12
	for i := 0; ok && i < len(s); i++ {
		ok = s[i] >= '0' && s[i] <= '9'
	}
	if !ok || s[:4] != "3714" {
		return "", Invalid("region", "没有这个地方,请从列表里选。")
	}
	return RegionCode(s), nil
}

// County is the six-digit county-level unit (县市区) the place lies in.
func (r RegionCode) County() RegionCode { return r.cut(6) }

// Township is the nine-digit township (乡镇街道) the place lies in, or "" when the
// code names something larger.
func (r RegionCode) Township() RegionCode {
	if len(r) < 9 {
		return ""
	}
	return r.cut(9)
}

// Contains reports whether the place `in` lies in r or is r. The city contains
// every place of it.
func (r RegionCode) Contains(in RegionCode) bool {
	if r == "" {
		return false
	}
	if r == DezhouCity {
		return len(in) >= 4 && in[:4] == "3714"
	}
	return len(in) >= len(r) && in[:len(r)] == r
}

func (r RegionCode) cut(n int) RegionCode {
	if len(r) <= n {
		return r
	}
	return r[:n]
}
