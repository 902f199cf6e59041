import { describe, expect, test } from 'vitest'
import { ConfigError } from '../../../src/config/config-error.ts'
import { load } from './minimal-texts.ts'

const names = (listeners: readonly { name: string }[]): string[] => listeners.map(({ name }) => name)

describe('listeners', () => {
  test('a controller listener needs no entry in the protocol map as long as nothing is secured', () => {
    const config = load()
    expect(config.listeners).toEqual([
      { name: 'PLAINTEXT', host: '127.0.0.1', port: 9092, securityProtocol: 'PLAINTEXT' },
      { name: 'CONTROLLER', host: '127.0.0.1', port: 9093, securityProtocol: 'PLAINTEXT' },
    ])
    expect(names(config.advertisedListeners)).toEqual(['PLAINTEXT'])
    expect(names(config.advertisedControllerListeners)).toEqual(['CONTROLLER'])
    expect(config.interBrokerListenerName).toBe('PLAINTEXT')
  })

  test('a listener without a host is advertised with the name of the machine', () => {
    const config = load({ listeners: 'PLAINTEXT://:9092,CONTROLLER://:9093' })
    expect(config.listeners.map(({ host }) => host)).toEqual(['', ''])
    expect(config.advertisedListeners.map(({ host }) => host)).toEqual(['this.machine'])
    expect(config.advertisedControllerListeners.map(({ host }) => host)).toEqual(['this.machine'])
  })

  test('names count in capitals, hosts may be IPv6', () => {
    const config = load({
      listeners: 'inside://[::1]:9092,controller://localhost:9093',
      'controller.listener.names': 'controller',
      'inter.broker.listener.name': 'Inside',
      'listener.security.protocol.map': 'inside:PLAINTEXT,controller:PLAINTEXT',
    })
    expect(names(config.listeners)).toEqual(['INSIDE', 'CONTROLLER'])
    expect(config.listeners[0]?.host).toBe('::1')
    expect(config.interBrokerListenerName).toBe('INSIDE')
  })

  test('several advertised listeners may share a port, and be other than the ones that are opened', () => {
    const config = load({
      listeners: 'INSIDE://:9092,OUTSIDE://:9094,CONTROLLER://:9093',
      'advertised.listeners': 'INSIDE://broker.internal:9092,OUTSIDE://example.org:9092',
      'inter.broker.listener.name': 'INSIDE',
      'listener.security.protocol.map': 'INSIDE:PLAINTEXT,OUTSIDE:PLAINTEXT,CONTROLLER:PLAINTEXT',
    })
    expect(config.advertisedListeners.map(({ name, host, port }) => [name, host, port])).toEqual([
      ['INSIDE', 'broker.internal', 9092],
      ['OUTSIDE', 'example.org', 9092],
    ])
    expect(config.advertisedControllerListeners[0]).toMatchObject({
      name: 'CONTROLLER',
      host: 'this.machine',
    })
  })

  test.each([
    [{ listeners: 'PLAINTEXT//:9092' }, 'is no listener'],
    [{ listeners: 'PLAINTEXT://:99999,CONTROLLER://:9093' }, 'is no listener'],
    [{ listeners: 'PLAINTEXT://:-1,CONTROLLER://:9093' }, 'is no listener'],
    [{ listeners: 'PLAINTEXT://a b:1,CONTROLLER://:9093' }, 'is no listener'],
    [
      { listeners: 'PLAINTEXT://:9092,plaintext://:9094,CONTROLLER://:9093' },
      'PLAINTEXT is twice in listeners',
    ],
    [{ listeners: 'PLAINTEXT://:9092,CONTROLLER://:9092' }, 'have the same port 9092'],
    [
      { listeners: 'PLAINTEXT://:9092,OTHER://:9094,CONTROLLER://:9093' },
      'OTHER in listeners has no security protocol',
    ],
    [{ 'listener.security.protocol.map': 'PLAINTEXT' }, 'is no pair'],
    [{ 'listener.security.protocol.map': 'PLAINTEXT:FOO' }, "'FOO' in listener.security.protocol.map"],
    [{ listeners: 'CONTROLLER://:9093' }, 'at least one broker advertised listener'],
    [
      { listeners: 'PLAINTEXT://:9092' },
      'controller.listener.names has CONTROLLER, which is not in listeners',
    ],
    [
      { 'advertised.listeners': 'PLAINTEXT://0.0.0.0:9092' },
      'cannot use the nonroutable meta-address 0.0.0.0',
    ],
    [{ 'inter.broker.listener.name': 'OTHER' }, 'set inter.broker.listener.name to one of them'],
    [
      { 'inter.broker.listener.name': 'PLAINTEXT', 'security.inter.broker.protocol': 'PLAINTEXT' },
      'take one of them out',
    ],
  ])('%j is refused: %s', (changes, message) => {
    expect(() => load(changes)).toThrow(ConfigError)
    expect(() => load(changes)).toThrow(message)
  })

  test('an IPv4 and an IPv6 listener may share a port', () => {
    const changes = {
      listeners: 'PLAINTEXT://127.0.0.1:9092,SIX://[::1]:9092,CONTROLLER://127.0.0.1:9093',
      'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,SIX:PLAINTEXT,CONTROLLER:PLAINTEXT',
    }
    expect(names(load(changes).listeners)).toEqual(['PLAINTEXT', 'SIX', 'CONTROLLER'])
  })
})
