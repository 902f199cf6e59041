#!/usr/bin/env node
'use strict'

// Plain old JavaScript: a Node.js that is too old must get as far as the message.
var wanted = [22, 15]
var found = process.versions.node.split('.').map(Number)
if (found[0] < wanted[0] || (found[0] === wanted[0] && found[1] < wanted[1])) {
  console.error(
    'ottla: Node.js ' +
      wanted.join('.') +
      ' or newer is needed, this is ' +
      process.versions.node +
      ': install it, or run npm ci, which brings its own.',
  )
  process.exit(1)
}

var fs = require('node:fs')
var os = require('node:os')
var path = require('node:path')

// What V8 has compiled is kept, so that later starts are quick: beside the modules, or in the user's own cache. Never
// where somebody else could put something of theirs in its place.
function enableCompileCache() {
  var modules = path.join(__dirname, '..', 'node_modules')
  var home = process.env.XDG_CACHE_HOME || path.join(os.homedir(), '.cache')
  var choices = [path.join(modules, '.cache', 'ottla'), path.join(home, 'ottla')]
  choices.some(choice => {
    try {
      fs.mkdirSync(choice, { recursive: true })
      fs.accessSync(choice, fs.constants.W_OK)
      require('node:module').enableCompileCache(choice)
      return true
    } catch (_error) {
      // The next one, or none: it is only slower.
      return false
    }
  })
}

var main = path.join(__dirname, '..', 'dist', 'main.js')
if (!fs.existsSync(main)) {
  console.error(`ottla: ${main} is missing: run npm ci, which builds it, or npm run build.`)
  process.exit(1)
}
enableCompileCache()
require(main)
