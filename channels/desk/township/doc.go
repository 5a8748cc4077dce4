// Package township is the room of the township's officers, approvers and village
// assistants: the queue of their own area and the page of one case, from which
// every act of casework is done.
//
// It must not decide what is legal (casefile does) nor what follows from an act
// (workflow does), and holds no SQL: it shows what casefile.View says and sends
// what a person chose to workflow.
package township
