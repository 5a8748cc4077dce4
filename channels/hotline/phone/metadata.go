package phone

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"strings"
)

// Participant is one party of a recorded call.
type Participant struct {
	ID     string
	AOR    string // sip:13800000000@...
	Name   string
	Labels []string // of the streams this party sends
}

// metadata limits.
const (
	mostDepth        = 32
	mostParticipants = 16
	mostText         = 400
)

var errMetadata = errors.New("the recording's metadata cannot be read")

// node is an element by its local name: dialects differ in namespace, in the names of
// attributes and in where <send> stands (RFC 7865 against Oracle's).
type node struct {
	name  string
	attrs map[string]string
	text  string
	below []*node
}

// Participants reads who sends which stream out of a recording session's metadata.
func Participants(b []byte) ([]Participant, error) {
	root, err := tree(b)
	if err != nil {
		return nil, err
	}
	labels := map[string]string{} // stream id -> label
	root.each("stream", func(n *node) { labels[n.id("stream_id")] = n.child("label") })
	var out []Participant
	root.each("participant", func(n *node) {
		if len(out) >= mostParticipants {
			return
		}
		p := Participant{ID: n.id("participant_id")}
		n.each("nameID", func(id *node) { p.AOR, p.Name = id.attrs["aor"], id.child("name") })
		if p.AOR == "" {
			p.AOR = n.child("aor")
		}
		p.Labels = sends(n, labels)
		out = append(out, p)
	})
	root.each("participantstreamassoc", func(n *node) {
		for i := range out {
			if out[i].ID == n.id("participant_id") {
				out[i].Labels = append(out[i].Labels, sends(n, labels)...)
			}
		}
	})
	return out, nil
}

// sends lists the labels of the streams that are named as sent directly below n.
func sends(n *node, labels map[string]string) (out []string) {
	for _, c := range n.below {
		if c.name != "send" {
			continue
		}
		id := strings.TrimSpace(c.text)
		if id == "" {
			id = c.id("stream_id")
		}
		if label := labels[id]; label != "" {
			out = append(out, label)
		}
	}
	return out
}

func (n *node) id(attr string) string {
	if v := n.attrs[attr]; v != "" {
		return v
	}
	return n.attrs["id"]
}

func (n *node) child(name string) string {
	for _, c := range n.below {
		if c.name == name {
			return strings.TrimSpace(c.text)
		}
	}
	return ""
}

func (n *node) each(name string, f func(*node)) {
	for _, c := range n.below {
		if c.name == name {
			f(c)
		}
		c.each(name, f)
	}
}

// tree reads XML with limits; a document type is refused, so that no entity is ever
// expanded.
func tree(b []byte) (*node, error) {
	if len(b) > mostBody {
		return nil, errMetadata
	}
	d := xml.NewDecoder(bytes.NewReader(b))
	d.Strict = true
	root := &node{}
	stack := []*node{root}
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, errMetadata
		}
		at := stack[len(stack)-1]
		switch t := token.(type) {
		case xml.Directive:
			return nil, errMetadata
		case xml.StartElement:
			if len(stack) > mostDepth {
				return nil, errMetadata
			}
			n := &node{name: t.Name.Local, attrs: map[string]string{}}
			for _, a := range t.Attr {
				if len(a.Value) <= mostText {
					n.attrs[a.Name.Local] = a.Value
				}
			}
			at.below = append(at.below, n)
			stack = append(stack, n)
		case xml.EndElement:
			stack = stack[:len(stack)-1]
		case xml.CharData:
			if len(at.text)+len(t) <= mostText {
				at.text += string(t)
			}
		}
	}
	if len(root.below) != 1 || root.below[0].name != "recording" {
		return nil, errMetadata
	}
	return root, nil
}
