package boot

import (
	"net"
	"net/http"
	"net/netip"
	"strings"
)

// maxBody is past what any route takes; each has a tighter limit of its own. It
// stands here so that a route which forgets one is not an open door to the disk.
const maxBody = 64 << 20

// Front is what stands before every page of a program: who is asking, as far as
// the named proxies vouch for it, and how much may be sent at all.
func Front(proxies Proxies, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Body = http.MaxBytesReader(w, r.Body, maxBody)
		if r.Method == http.MethodGet || r.Method == http.MethodHead {
			r.Body = http.NoBody // no page of ours reads one, and parsing a form would write it to the disk
		}
		r.RemoteAddr = proxies.client(r)
		next.ServeHTTP(w, r)
	})
}

// DeskOverTLS reports whether staff reach the desk by https alone.
func (c *Config) DeskOverTLS() bool { return strings.HasPrefix(c.DeskURL, "https://") }

// Loopback reports whether a listener's address is of this machine only.
func Loopback(addr string) bool {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return false
	}
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.IsLoopback()
}

// Proxies are the addresses whose word about the client is taken. A forwarded
// header from anybody else is anybody's text.
type Proxies []netip.Prefix

// UnmarshalText reads a list of addresses and networks, separated by commas.
func (p *Proxies) UnmarshalText(text []byte) error {
	*p = nil
	for part := range strings.SplitSeq(string(text), ",") {
		part = strings.TrimSpace(part)
		if part == "" {
			continue
		}
		prefix, err := netip.ParsePrefix(part)
		if err != nil {
			addr, addrErr := netip.ParseAddr(part)
			if addrErr != nil {
				return err
			}
			prefix = netip.PrefixFrom(addr, addr.BitLen())
		}
		*p = append(*p, prefix)
	}
	return nil
}

// MarshalText is the list as it was given.
func (p Proxies) MarshalText() ([]byte, error) {
	parts := make([]string, len(p))
	for i, prefix := range p {
		parts[i] = prefix.String()
	}
	return []byte(strings.Join(parts, ",")), nil
}

// String is the list as it was given.
func (p Proxies) String() string {
	text, _ := p.MarshalText() // never fails
	return string(text)
}

func (p Proxies) trust(addr netip.Addr) bool {
	for _, prefix := range p {
		if prefix.Contains(addr.Unmap()) {
			return true
		}
	}
	return false
}

// client walks X-Forwarded-For from its end: each trusted hop vouches for the one
// before it, and the first that is not ours is who asks. An entry that is no
// address ends the walk at the hop that wrote it.
func (p Proxies) client(r *http.Request) string {
	host, port, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	at, err := netip.ParseAddr(host)
	if err != nil || !p.trust(at) {
		return r.RemoteAddr
	}
	var hops []string
	for _, line := range r.Header.Values("X-Forwarded-For") {
		hops = append(hops, strings.Split(line, ",")...)
	}
	for i := len(hops) - 1; i >= 0 && p.trust(at); i-- {
		before, err := netip.ParseAddr(strings.TrimSpace(hops[i]))
		if err != nil {
			break
		}
		at = before
	}
	return net.JoinHostPort(at.Unmap().String(), port)
}
