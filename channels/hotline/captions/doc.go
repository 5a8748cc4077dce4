// Package captions has a speech engine write down what is said in a call while it lasts,
// for the agent who has it open: a [Scribe] for all calls of a process, one stream a
// side, so that who spoke needs no guessing.
//
// It stands beside the call and never in its way: [Call.Hear] takes sound and returns,
// whatever the engine does. An engine that is away, slow, or says more than anybody can
// costs its captions and nothing else. What it answers is somebody else's text: held to
// the time of the call, kept sealed, and read by an agent or not at all.
package captions
