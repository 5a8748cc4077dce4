package boot

import (
	"net/netip"
	"strings"
	"time"
)

// check finds what would keep the line from ringing anybody, or ring too many at once:
// the workers that ring also send texts, and there are eight.
func (v Voice) check(line SIP) (faults []string) {
	if !v.On() {
		return nil
	}
	at, err := netip.ParseAddrPort(v.Trunk)
	switch {
	case err != nil || at.Port() == 0:
		faults = append(faults, "LIANOU_VOICE_TRUNK is not an IP address and a port")
	case !line.On():
		faults = append(faults, "LIANOU_VOICE_TRUNK needs a telephone line, and LIANOU_SIP_ADDR is off")
	case !listed(line.Trunks, at.Addr()):
		faults = append(faults, "LIANOU_VOICE_TRUNK is not one of LIANOU_SIP_TRUNKS")
	}
	if v.MostCalls < 1 || v.MostCalls > 6 || v.Ring < 10*time.Second || v.Ring > 50*time.Second {
		faults = append(faults, "LIANOU_VOICE_MOST_CALLS must be 1 to 6, and LIANOU_VOICE_RING 10s to 50s")
	}
	if v.PerMinute < 1 || v.PerMinute > 60 {
		faults = append(faults, "LIANOU_VOICE_PER_MINUTE must be 1 to 60")
	}
	if v.Number == "" || len(v.Number) > 12 || strings.Trim(v.Number, "0123456789") != "" {
		faults = append(faults, "LIANOU_VOICE_NUMBER is not a number of at most twelve digits")
	}
	return faults
}

func listed(trunks []string, a netip.Addr) bool {
	for _, s := range trunks {
		if p, err := netip.ParsePrefix(s); err == nil && p.Contains(a) {
			return true
		}
		if one, err := netip.ParseAddr(s); err == nil && one == a {
			return true
		}
	}
	return false
}
