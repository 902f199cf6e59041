/** Where a socket is or goes. `host` is a name or an address without brackets. */
export interface Endpoint {
  readonly host: string
  readonly port: number
}

/** What a socket's owner hears of it. All are called from the event loop, one at a time. */
export interface SocketEvents {
  /** Bytes came in. `chunk` is valid only during the call (one buffer serves all sockets): copy what must stay. */
  onData(chunk: Buffer): void
  /** What `write` had refused to take more of has drained. */
  onDrain(): void
  /** The socket is gone, whoever closed it; the last call. `error` tells why when it was not a clean end. */
  onClose(error: Error | undefined): void
}

/** One open connection. Writing to a closed one does nothing. */
export interface Socket {
  readonly remote: Endpoint
  readonly local: Endpoint
  /**
   * Queues the buffers, in order, for sending; they must not change before they are sent. False: more than the
   * socket's buffer is waiting, stop until `onDrain`.
   */
  write(buffers: readonly Uint8Array[]): boolean
  /** Bytes queued and not yet handed to the system. */
  readonly queuedBytes: number
  /** Stops and restarts `onData`: back-pressure on the peer. */
  pause(): void
  resume(): void
  /** Sends what is queued, then closes. */
  end(): void
  /** Closes now; what is queued is lost. */
  destroy(): void
}

export interface Listening {
  /** The address in use; the port is the system's choice when 0 was asked for. */
  readonly endpoint: Endpoint
  /** No more new connections; those that are open stay. */
  close(): Promise<void>
}

/** TCP, as the broker sees it. Failures to listen or connect are Node's errors with their `code` (`EADDRINUSE`, `ECONNREFUSED` ...). */
export interface Network {
  /** `accept` is called per connection and returns its owner's ears. */
  listen(endpoint: Endpoint, accept: (socket: Socket) => SocketEvents): Promise<Listening>
  connect(
    endpoint: Endpoint,
    options: { timeoutMs: number },
    open: (socket: Socket) => SocketEvents,
  ): Promise<Socket>
}
