package media

import (
	"fmt"
	"net/netip"
	"strings"
)

// ownEvent is the payload type of telephone-event where we offer.
const ownEvent = 101

// described is one m-line that we write.
type described struct {
	from      Line // the other side's; its words are repeated where we refuse
	port      uint16
	codecs    []Codec
	event     uint8
	direction Direction
	label     string
}

// writer makes our descriptions of one call: it knows which version is the last.
type writer struct {
	id      uint64
	version uint64
	host    netip.Addr
	body    string // of the last one, without its origin
	last    []byte
}

// write gives the description of the lines. Its version grows by one when it says
// something new (RFC 3264, 8), and only then.
func (w *writer) write(lines []described) []byte {
	var b strings.Builder
	family := "IP4"
	if w.host.Is6() {
		family = "IP6"
	}
	fmt.Fprintf(&b, "s=-\r\nc=IN %s %s\r\nt=0 0\r\n", family, w.host)
	for _, l := range lines {
		l.write(&b)
	}
	if body := b.String(); body != w.body {
		w.body = body
		w.version++
		w.last = fmt.Appendf(nil, "v=0\r\no=- %d %d IN %s %s\r\n%s", w.id, w.version, family, w.host, body)
	}
	return w.last
}

func (l described) write(b *strings.Builder) {
	if l.port == 0 {
		fmt.Fprintf(b, "m=%s 0 %s %s\r\n", l.from.Media, l.from.Proto, l.from.Format)
		return
	}
	fmt.Fprintf(b, "m=audio %d %s", l.port, l.from.Proto)
	for _, c := range l.codecs {
		fmt.Fprintf(b, " %d", c)
	}
	if l.event != 0 {
		fmt.Fprintf(b, " %d", l.event)
	}
	b.WriteString("\r\n")
	for _, c := range l.codecs {
		fmt.Fprintf(b, "a=rtpmap:%d %s/8000\r\n", c, c.name())
	}
	if l.event != 0 {
		fmt.Fprintf(b, "a=rtpmap:%d telephone-event/8000\r\na=fmtp:%d 0-15\r\n", l.event, l.event)
	}
	if l.label != "" {
		fmt.Fprintf(b, "a=label:%s\r\n", l.label)
	}
	fmt.Fprintf(b, "a=ptime:20\r\na=%s\r\n", l.direction)
}
