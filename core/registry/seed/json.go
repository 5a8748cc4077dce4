package seed

import (
	"encoding/json"
	"strconv"

	"lianou/core"
)

// object writes one flat JSON object by hand: a city has tens of millions of
// facts, and reflection is what makes encoding them slow. Values are words of the
// vocabulary and numbers, never text from outside.
type object []byte

func (o *object) key(name string) {
	if len(*o) == 0 {
		*o = append(*o, '{')
	} else {
		*o = append(*o, ',')
	}
	*o = strconv.AppendQuote(*o, name)
	*o = append(*o, ':')
}

func (o *object) word(name, value string) {
	o.key(name)
	*o = strconv.AppendQuote(*o, value)
}

func (o *object) number(name string, value int) {
	o.key(name)
	*o = strconv.AppendInt(*o, int64(value), 10)
}

func (o *object) yes(name string, value bool) {
	o.key(name)
	*o = strconv.AppendBool(*o, value)
}

func (o *object) yuan(name string, value core.Fen) {
	o.key(name)
	b, _ := value.MarshalJSON() // cannot fail
	*o = append(*o, b...)
}

func (o *object) raw(name, value string) {
	o.key(name)
	*o = append(*o, value...)
}

func (o object) done() json.RawMessage {
	if len(o) == 0 {
		return nil
	}
	return json.RawMessage(append(o, '}'))
}
