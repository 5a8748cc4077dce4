package wechat

import (
	"maps"

	"lianou/core"
)

// mark is where a conversation stood before a message: how many answers there were, and
// what the message said beside put in the place of what. "上一问" undoes the last message
// that said something, all of it: a step back that passed over what was said beside would
// undo an answer the person was right about, and leave the one they want to put right.
type mark struct {
	Given int            `json:"given"`
	Was   map[string]was `json:"was,omitempty"` // by the key of the field
}

// was is what stood in a field before.
type was struct {
	Value  string          `json:"value,omitempty"`
	Source core.Provenance `json:"source"`
	Known  bool            `json:"known,omitempty"`
}

// mostMarks is how many steps back there are: a whole interview.
const mostMarks = 100

// before is what the fields were before the message that is being taken.
type before struct {
	given   int
	fields  map[string]string
	sources map[string]core.Provenance
}

// begin marks where a message begins.
func (st *chatting) begin() {
	st.before = &before{len(st.Talk.Given), maps.Clone(st.Talk.Known.Fields), maps.Clone(st.Talk.Known.Sources)}
}

// end keeps the mark of a message that said something.
func (st *chatting) end() {
	b, k := st.before, &st.Talk.Known
	st.before = nil
	m := mark{Given: b.given, Was: map[string]was{}}
	for key, value := range k.Fields {
		if old, known := b.fields[key]; !known || old != value || b.sources[key] != k.Sources[key] {
			m.Was[key] = was{Value: old, Source: b.sources[key], Known: known}
		}
	}
	for key, old := range b.fields {
		if _, still := k.Fields[key]; !still {
			m.Was[key] = was{Value: old, Source: b.sources[key], Known: true}
		}
	}
	if len(m.Was) == 0 && b.given == len(st.Talk.Given) {
		return // no step is taken back to it
	}
	st.Marks = append(st.Marks, m)
	if n := len(st.Marks); n > mostMarks {
		st.Marks = st.Marks[n-mostMarks:]
	}
}

// back undoes the last message that said something; without one, the last answer.
func (st *chatting) back() {
	n := len(st.Marks) - 1
	if n < 0 {
		st.Talk.Back()
		return
	}
	last := st.Marks[n]
	st.Marks = st.Marks[:n]
	for len(st.Talk.Given) > last.Given {
		st.Talk.Back()
	}
	for key, w := range last.Was {
		if w.Known {
			st.Know(key, w.Value, w.Source)
			continue
		}
		delete(st.Talk.Known.Fields, key)
		delete(st.Talk.Known.Sources, key)
	}
}
