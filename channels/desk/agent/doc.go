// Package agent is the call agents' room: the calls that wait, the recording, the
// request form beside it, and what the household may be due while the agent types.
//
// It is the channel "agent": what is sent from the form becomes a Submission
// through the same contract as every other door (style of the channels package).
// It must not lose a call: a call leaves the list only by an agent's word.
package agent
