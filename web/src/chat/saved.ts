import type { Recording } from '../trace/recording';
import type { Conversation } from './conversation';

/** Where conversations are kept: the browser's own database, on this machine and nowhere else. */
export interface Saved {
  conversations(): Promise<Conversation[]>;
  put(conversation: Conversation): Promise<void>;
  remove(conversation: Conversation): Promise<void>;
  recording(turn: string): Promise<Recording | undefined>;
  putRecording(turn: string, recording: Recording): Promise<void>;
}

/** Opens it; null where the browser keeps nothing (a private window, a full disk). */
export function openSaved(): Promise<Saved | null> {
  return new Promise(resolve => {
    let request: IDBOpenDBRequest;
    try {
      request = indexedDB.open('sandglass-chat', 1);
    } catch {
      return resolve(null);
    }
    request.onupgradeneeded = () => {
      request.result.createObjectStore('conversations', { keyPath: 'id' });
      request.result.createObjectStore('recordings');
    };
    request.onerror = () => resolve(null);
    request.onblocked = () => resolve(null);
    request.onsuccess = () => resolve(new Database(request.result));
  });
}

class Database implements Saved {
  constructor(private readonly db: IDBDatabase) {}

  async conversations(): Promise<Conversation[]> {
    const all = (await this.ask('conversations', 'readonly', store => store.getAll())) as Conversation[];
    return all.sort((a, b) => b.changed - a.changed);
  }

  async put(conversation: Conversation) {
    await this.ask('conversations', 'readwrite', store => store.put(conversation));
  }

  async remove(conversation: Conversation) {
    await this.ask('conversations', 'readwrite', store => store.delete(conversation.id));
    for (const turn of conversation.turns) await this.ask('recordings', 'readwrite', store => store.delete(turn.id));
  }

  async recording(turn: string) {
    return (await this.ask('recordings', 'readonly', store => store.get(turn))) as Recording | undefined;
  }

  async putRecording(turn: string, recording: Recording) {
    await this.ask('recordings', 'readwrite', store => store.put(recording, turn));
  }

  private ask(name: string, mode: IDBTransactionMode, what: (store: IDBObjectStore) => IDBRequest): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const transaction = this.db.transaction(name, mode);
      const request = what(transaction.objectStore(name));
      transaction.oncomplete = () => resolve(request.result);
      transaction.onabort = () => reject(transaction.error ?? new Error('The browser did not keep it.'));
    });
  }
}
