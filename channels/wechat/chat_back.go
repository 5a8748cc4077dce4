package wechat

import (
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

// begin marks where a message begins.
func (st *chatting) begin() {
	st.Marks = append(st.Marks, mark{Given: len(st.Talk.Given)})
	if n := len(st.Marks); n > mostMarks {
		st.Marks = st.Marks[n-mostMarks:]
	}
}

// end drops the mark of a message that said nothing: no step is taken back to it.
func (st *chatting) end() {
	n := len(st.Marks) - 1
	if n >= 0 && len(st.Marks[n].Was) == 0 && st.Marks[n].Given == len(st.Talk.Given) {
		st.Marks = st.Marks[:n]
	}
}

// remember keeps what a field was before the message that is being taken.
func (st *chatting) remember(key string) {
	n := len(st.Marks) - 1
	if n < 0 {
		return
	}
	m := &st.Marks[n]
	if _, kept := m.Was[key]; kept {
		return
	}
	if m.Was == nil {
		m.Was = map[string]was{}
	}
	value, known := st.Talk.Known.Fields[key]
	m.Was[key] = was{Value: value, Source: st.Talk.Known.Sources[key], Known: known}
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
			st.Talk.Known.Fields[key], st.Talk.Known.Sources[key] = w.Value, w.Source
			continue
		}
		delete(st.Talk.Known.Fields, key)
		delete(st.Talk.Known.Sources, key)
	}
}
