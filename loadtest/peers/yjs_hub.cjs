// A hub on Yjs's own server code: each path is a document, kept in memory. Usage: node yjs_hub.cjs PORT
//
// apt install nodejs node-y-websocket node-ws
const http = require('http')
const { Server } = require('ws')
const { setupWSConnection } = require('y-websocket/bin/utils')

const server = http.createServer()
new Server({ server, perMessageDeflate: false }).on('connection', setupWSConnection)
server.listen(Number(process.argv[2]), '127.0.0.1')
