package facts

import (
	"encoding/binary"
	"fmt"
	"math/bits"

	"lianou/core"
	"lianou/core/policy"
)

// A Reader unpacks Rows as of one day. It may be shared by any number of goroutines.
type Reader struct {
	on       core.Date
	day      int64
	counties [100]core.RegionCode
}

// NewReader makes a Reader of a day.
func NewReader(on core.Date) *Reader {
	r := &Reader{on: on, day: day(on)}
	for i := range r.counties {
		r.counties[i] = core.RegionCode(fmt.Sprintf("3714%02d", i))
	}
	return r
}

// Unpack fills v with the facts of a Row as they are on the Reader's day. It allocates
// nothing once v has grown. The only error is a row that Pack did not make.
func (r *Reader) Unpack(row []byte, v *Vector) error {
	if !readable(row) || row[2] > core.MaxMembers {
		return errRow
	}
	v.Reset(int(row[2]))
	v.County, v.On = r.counties[row[1]], r.on
	in := unpacking{b: row[3:]}
	mask := in.uvarint()
	if mask&dated&^shocksKnown != 0 || mask>>policy.HouseholdFacts != 0 {
		return errRow
	}
	for rest := mask &^ shocksKnown; rest != 0; rest &= rest - 1 {
		v.H[bits.TrailingZeros64(rest)] = in.varint()
	}
	v.Known = mask &^ shocksKnown
	v.earnedBefore()
	v.Set(policy.MembersCount, int64(row[2]))
	if mask&shocksKnown != 0 {
		in.shocks(v)
		if row[0] != rowUnasked {
			v.Asked = core.Date(in.varint())
		}
		v.deriveShocks()
	}
	for i := range v.M {
		r.member(&in, &v.M[i])
	}
	if in.bad || len(in.b) != 0 {
		return errRow
	}
	return nil
}

// earnedBefore reads an income below nought as Gather does: rows that were packed before that
// was looked at hold it as it stood in the register.
func (v *Vector) earnedBefore() {
	n, known := v.Get(policy.IncomePerCapita)
	switch {
	case !known || n >= 0:
	case core.UnknownMark(core.Fen(n)):
		v.Known &^= 1 << policy.IncomePerCapita
	default:
		v.H[policy.IncomePerCapita] = 0
	}
}

// readable reports whether bytes begin as a row does.
func readable(row []byte) bool {
	return len(row) >= 3 && (row[0] == rowVersion || row[0] == rowUnasked) && row[1] < 100
}

func (r *Reader) member(in *unpacking, m *Member) {
	mask := in.uvarint()
	if mask>>policy.MemberFacts != 0 {
		in.bad = true
		return
	}
	m.Known = uint32(mask)
	for rest := mask; rest != 0; rest &= rest - 1 {
		m.V[bits.TrailingZeros64(rest)] = in.varint()
	}
	if mask>>policy.Age.Index()&1 != 0 {
		m.V[policy.Age.Index()] = r.age(m.V[policy.Age.Index()])
	}
}

// age is the full years from a packed day of birth to the Reader's day.
func (r *Reader) age(born int64) int64 {
	years := r.day>>9 - born>>9
	if r.day&0x1ff < born&0x1ff {
		years--
	}
	return years
}

// unpacking is what is left of a Row. Once bad, it gives zeroes.
type unpacking struct {
	b   []byte
	bad bool
}

func (in *unpacking) uvarint() uint64 {
	if len(in.b) > 0 && in.b[0] < 0x80 { // nearly all are short
		x := uint64(in.b[0])
		in.b = in.b[1:]
		return x
	}
	x, n := binary.Uvarint(in.b)
	if n <= 0 {
		in.b, in.bad = nil, true
		return 0
	}
	in.b = in.b[n:]
	return x
}

func (in *unpacking) varint() int64 {
	x := in.uvarint()
	return int64(x>>1) ^ -int64(x&1)
}

func (in *unpacking) byte() byte {
	if len(in.b) == 0 {
		in.bad = true
		return 0
	}
	x := in.b[0]
	in.b = in.b[1:]
	return x
}

func (in *unpacking) shocks(v *Vector) {
	n := in.byte()
	if n > core.MaxShocks {
		in.bad = true
		return
	}
	for range n {
		kind := in.byte()
		s := Shock{Disaster: kind&1 == 1, home: answer(kind >> 1), Date: core.Date(in.varint()), Loss: core.Fen(in.varint())}
		if s.home > yes || s.Loss < NoSum {
			in.bad = true
		}
		v.Shocks = append(v.Shocks, s)
	}
}
