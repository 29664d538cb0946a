// The scenario for "just run this driver": F5 on a C file without a scenario. It is ordinary scenario text, so that a user can save it and go on from there.
import { basename, dirname, type FileProvider } from '../base/files.js';

/** Whether a path is that of a driver and not of a scenario: a source, project or solution. */
export const isDriverPath = (path: string, files: FileProvider): boolean =>
  /\.(c|h|cpp|cc|cxx|hpp|vcxproj|sln)$/i.test(path) && (files.read(path) !== undefined || /\.[ch]$/i.test(path));

/**
 * Text of the default scenario: the project or solution itself, or for a source the nearest project beside it, else all C files of the folder; two programs
 * come and go, every device is opened, the driver unloads.
 */
export function defaultScenarioText(path: string, files: FileProvider): string {
  const folder = dirname(path);
  const own = /\.(vcxproj|sln)$/i.test(path) ? [basename(path)] : [];
  const projects = own.length ? own : (files.list(folder) ?? []).filter((n) => /\.vcxproj$/i.test(n));
  const name = (projects[0] ?? basename(folder)).replace(/\.(vcxproj|sln)$/i, '') || 'driver';
  const cpp = /\.(cpp|cc|cxx|hpp)$/i.test(path);
  const sources = projects.length ? `project "${projects[0]}";` : cpp ? `sources "${basename(path)}";` : 'sources "*.c";';
  return `// Default scenario: two programs start, load images, run threads and end; each device of the driver is opened; the driver is unloaded.
machine { cpus 2; seed 1 }

driver "${name}" {
  ${sources}
}

process "C:\\\\Windows\\\\explorer.exe" {
  thread main {
    OpenEachDevice();
    HANDLE first = StartProcess(L"C:\\\\Windows\\\\System32\\\\notepad.exe", L"notepad.exe a.txt");
    HANDLE second = StartProcess(L"C:\\\\Windows\\\\System32\\\\calc.exe", L"calc.exe");
    Sleep(20);
    TerminateProcess(first, 0);
    TerminateProcess(second, 1);
    WaitForSingleObject(first, INFINITE);
    WaitForSingleObject(second, INFINITE);
    CloseHandle(first);
    CloseHandle(second);
  }
  thread helper {
    HMODULE module = LoadLibraryW(L"C:\\\\Windows\\\\System32\\\\version.dll");
    Sleep(5);
    FreeLibrary(module);
  }
}

expect {
  no bugcheck;
  no leak;
}
`;
}
