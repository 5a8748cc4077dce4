package media

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/pion/sdp/v3"
)

// The limits of a description. What a telephone sends is under 2 kB and has one or two
// lines; a web browser's has twenty codecs.
const (
	maxDescription = 16 << 10
	maxLines       = 8
	maxFormats     = 64
	maxAttributes  = 256
	maxToken       = 32
)

// Direction says who speaks, from the side that wrote the description.
type Direction string

// The directions of RFC 3264.
const (
	SendRecv Direction = "sendrecv"
	SendOnly Direction = "sendonly"
	RecvOnly Direction = "recvonly"
	Inactive Direction = "inactive"
)

// mirrored is the other side's view.
func (d Direction) mirrored() Direction {
	switch d {
	case SendOnly:
		return RecvOnly
	case RecvOnly:
		return SendOnly
	}
	return d
}

func (d Direction) sends() bool    { return d == SendRecv || d == SendOnly }
func (d Direction) receives() bool { return d == SendRecv || d == RecvOnly }

// Line is one m-line of a description.
type Line struct {
	Media, Proto, Format string // Format: the first of the list
	Port                 uint16
	Label                string // a=label, RFC 4574; what SIPREC names the streams by
	Direction            Direction
	Remote               netip.AddrPort // where sound is to be sent; not valid: unknown or on hold
	Codecs               []Codec        // those we speak, PCMA first
	Event                uint8          // payload type of telephone-event, 0: none
}

// speakable reports whether we can take the line.
func (l Line) speakable() bool { return l.Port != 0 && len(l.Codecs) > 0 }

// Description is what an SDP body says, as far as we use it.
type Description struct{ Lines []Line }

// ParseSDP reads an offer or an answer. Returns ErrSDP for what is malformed or
// beyond a limit, ErrNoCodec if no line is sound that we speak.
func ParseSDP(body []byte) (*Description, error) {
	if len(body) > maxDescription {
		return nil, ErrSDP.Wrap(fmt.Errorf("%d bytes", len(body)))
	}
	var raw sdp.SessionDescription
	if err := raw.Unmarshal(body); err != nil {
		return nil, ErrSDP.Wrap(err)
	}
	if n := len(raw.MediaDescriptions); n == 0 || n > maxLines {
		return nil, ErrSDP.Wrap(fmt.Errorf("%d media lines", n))
	}
	d := &Description{}
	usable := false
	for _, m := range raw.MediaDescriptions {
		line, err := lineOf(&raw, m)
		if err != nil {
			return nil, ErrSDP.Wrap(err)
		}
		d.Lines = append(d.Lines, line)
		usable = usable || line.speakable()
	}
	if !usable {
		return nil, ErrNoCodec
	}
	return d, nil
}

func lineOf(whole *sdp.SessionDescription, m *sdp.MediaDescription) (Line, error) {
	name := m.MediaName
	if len(name.Formats) == 0 || len(name.Formats) > maxFormats || len(m.Attributes) > maxAttributes || len(whole.Attributes) > maxAttributes {
		return Line{}, errors.New("too many or too few formats or attributes")
	}
	l := Line{Media: name.Media, Proto: strings.Join(name.Protos, "/"), Format: name.Formats[0], Direction: directionOf(whole, m)}
	if l.Label, _ = m.Attribute("label"); !token(l.Label) && l.Label != "" {
		return Line{}, errors.New("a label that is no token")
	}
	if !token(l.Media) || !token(strings.ReplaceAll(l.Proto, "/", "")) || !token(l.Format) {
		return Line{}, errors.New("an m-line of strange words")
	}
	if name.Port.Value < 0 || name.Port.Value > 65535 {
		return Line{}, errors.New("a port beyond 65535")
	}
	l.Port = uint16(name.Port.Value)
	if l.Media == "audio" && (l.Proto == "RTP/AVP" || l.Proto == "RTP/AVPF") {
		l.Codecs, l.Event = codecsOf(m)
	}
	host := hostOf(whole, m)
	l.Remote = sendable(host, l.Port)
	if host.IsValid() && host.IsUnspecified() && l.Direction == SendRecv {
		l.Direction = SendOnly // the old way to say "on hold" (RFC 3264, 8.4)
	}
	return l, nil
}

// token is what RFC 4566 calls one, near enough, and short.
func token(s string) bool {
	if s == "" || len(s) > maxToken {
		return false
	}
	return !strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r >= 0x7f || strings.ContainsRune(`"(),/:;<=>?@[\]`, r) })
}

func directionOf(whole *sdp.SessionDescription, m *sdp.MediaDescription) Direction {
	for _, attributes := range [][]sdp.Attribute{m.Attributes, whole.Attributes} {
		for _, a := range attributes {
			switch d := Direction(a.Key); d {
			case SendRecv, SendOnly, RecvOnly, Inactive:
				return d
			}
		}
	}
	return SendRecv
}

// codecsOf gives the laws that are offered, PCMA first because the public network of
// China is A-law, and the payload type of telephone-event at 8 kHz.
func codecsOf(m *sdp.MediaDescription) (codecs []Codec, event uint8) {
	for _, c := range []Codec{PCMA, PCMU} {
		if slices.Contains(m.MediaName.Formats, strconv.Itoa(int(c))) {
			codecs = append(codecs, c)
		}
	}
	for _, a := range m.Attributes {
		kind, encoding, _ := strings.Cut(a.Value, " ")
		name := strings.ToLower(strings.TrimSpace(encoding))
		if a.Key != "rtpmap" || name != "telephone-event/8000" && name != "telephone-event/8000/1" {
			continue
		}
		n, err := strconv.Atoi(kind)
		if err == nil && n >= 96 && n <= 127 && slices.Contains(m.MediaName.Formats, kind) {
			return codecs, uint8(n)
		}
	}
	return codecs, 0
}

// hostOf is the address of a line. Names are not looked up.
func hostOf(whole *sdp.SessionDescription, m *sdp.MediaDescription) netip.Addr {
	c := m.ConnectionInformation
	if c == nil {
		c = whole.ConnectionInformation
	}
	if c == nil || c.Address == nil {
		return netip.Addr{}
	}
	ip, err := netip.ParseAddr(c.Address.Address)
	if err != nil {
		return netip.Addr{}
	}
	return ip.Unmap()
}

// sendable gives where to send, and nothing for what is no address of one host.
func sendable(ip netip.Addr, port uint16) netip.AddrPort {
	if !ip.IsValid() || port == 0 || ip.IsUnspecified() || ip.IsMulticast() || ip == netip.AddrFrom4([4]byte{255, 255, 255, 255}) {
		return netip.AddrPort{}
	}
	return netip.AddrPortFrom(ip, port)
}
