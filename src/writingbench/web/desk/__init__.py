"""The desk: pages on which people collect material for requests and screen them, several at once.

    /desk                          what there is to do
    /desk/item/ID                  one request: collecting, screening, confirming
    /desk/trail                    what happened to all of them
    /desk/in?token=…               a personal link
    POST /desk/item/ID/MOVE        one move, JSON; its answer names the revision that it made
    POST /desk/item/ID/upload      a file, as it is
    GET  /desk/item/ID/state       whether somebody has changed it or taken it in hand
    GET  /desk/item/ID/query       the whole query as a writer would get it
    POST /desk/next, /desk/out     the next request in hand; out of here

Every move is checked again by the server: who somebody is, what they may do, and what it was done to.
"""
